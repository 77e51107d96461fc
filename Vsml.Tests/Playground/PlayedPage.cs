using Microsoft.Playwright;
using Vsml.Playground;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Playground;

/// <summary>The playground in a browser, as a person uses it.</summary>
internal sealed class PlayedPage : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private PlayedPage(PlaygroundServer server, IPlaywright playwright, IBrowser browser, IPage page) =>
        (Server, _playwright, _browser, Page) = (server, playwright, browser, page);

    /// <summary>Where it runs.</summary>
    public PlaygroundServer Server { get; }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Errors, and what it wrote to the console.</summary>
    public List<string> Console { get; } = [];

    /// <summary>What it asked others for.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Text of the line that tells what happened.</summary>
    public ILocator Message => Page.Locator("#message");

    /// <summary>Starts a playground and opens its page.</summary>
    public static async Task<PlayedPage> Open(int width = 1280, bool isDark = false)
    {
        var server = await PlaygroundServer.Start(0);
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = BrowserFactAttribute.Chromium, Args = ["--no-sandbox"] });
        var context = await browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 900 }, HasTouch = width < 600, ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce,
        });
        var opened = new PlayedPage(server, playwright, browser, await context.NewPageAsync());
        opened.Page.Console += (_, message) => opened.Console.Add(message.Text);
        opened.Page.PageError += (_, error) => opened.Console.Add(error);
        opened.Page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(server.Address.AbsoluteUri, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal)) opened.Requests.Add(request.Url);
        };
        await opened.Page.GotoAsync(server.Address.AbsoluteUri);
        return opened;
    }

    /// <summary>Goes to another room.</summary>
    public async Task Enter(string room)
    {
        await Page.ClickAsync($"#tab-{room}");
        await Assertions.Expect(Page.Locator($"#tab-{room}")).ToHaveAttributeAsync("aria-selected", "true");
    }

    /// <summary>Adds a class.</summary>
    public async Task AddClass(string name)
    {
        await Page.FillAsync("#class-name", name);
        await Page.PressAsync("#class-name", "Enter");
        await Assertions.Expect(Class(name)).ToBeVisibleAsync();
    }

    /// <summary>The button of a class.</summary>
    public ILocator Class(string name) => Page.Locator("#classes .chip button:first-child").Filter(new() { HasText = name });

    /// <summary>Waits until so many examples of a class are counted.</summary>
    public Task ExpectCount(string name, int count) => Assertions.Expect(Class(name).Locator("small")).ToHaveTextAsync($"{count}");

    /// <summary>Draws lines with the mouse.</summary>
    /// <param name="strokes">Each a list of points from 0 to 1.</param>
    public async Task Draw(params (double X, double Y)[][] strokes)
    {
        var box = (await Page.Locator("#pad").BoundingBoxAsync())!;
        foreach (var stroke in strokes)
        {
            await Move(stroke[0]);
            await Page.Mouse.DownAsync();
            foreach (var point in stroke[1..]) await Move(point);
            await Page.Mouse.UpAsync();
        }

        Task Move((double X, double Y) point) => Page.Mouse.MoveAsync((float)(box.X + point.X * box.Width), (float)(box.Y + point.Y * box.Height));
    }

    /// <summary>Waits until a learner finds a class the most probable.</summary>
    public Task ExpectPrediction(string name, string learner = "VSML") =>
        Assertions.Expect(Page.Locator($"#predictions [data-learner='{learner}'][data-class='{name}']")).ToHaveClassAsync("best");

    /// <summary>How far the page is wider than the window, in pixels.</summary>
    public Task<int> Overhang() => Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>Number of colours of a canvas.</summary>
    public Task<int> Colours(string canvas) => Page.EvaluateAsync<int>(
        "selector => { const canvas = document.querySelector(selector); return new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size; }", canvas);

    /// <summary>Takes a picture, where somebody wants to look at it.</summary>
    public async Task Picture(string name)
    {
        if (Environment.GetEnvironmentVariable("VSML_SCREENSHOTS") is { Length: > 0 } folder)
            await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"play-{name}.png"), FullPage = true });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await Server.DisposeAsync();
    }
}
