using Microsoft.Playwright;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Reporting;

/// <summary>A page in a browser that has no network.</summary>
internal sealed class OpenedPage : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private OpenedPage(IPlaywright playwright, IBrowser browser, IPage page) => (_playwright, _browser, Page) = (playwright, browser, page);

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>What it wrote to the console, and errors.</summary>
    public List<string> Console { get; } = [];

    /// <summary>What it asked a network for.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Opens a file.</summary>
    /// <param name="path">The page.</param>
    /// <param name="width">Width of the window in pixels.</param>
    /// <param name="isDark">Whether the reader likes dark pages.</param>
    public static async Task<OpenedPage> Of(string path, int width, bool isDark = false)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = BrowserFactAttribute.Chromium, Args = ["--no-sandbox"] });
        var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, Offline = true, ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light });
        var opened = new OpenedPage(playwright, browser, await context.NewPageAsync());
        opened.Page.Console += (_, message) => opened.Console.Add(message.Text);
        opened.Page.PageError += (_, error) => opened.Console.Add(error);
        opened.Page.Request += (_, request) => { if (!request.Url.StartsWith("file:", StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal)) opened.Requests.Add(request.Url); };
        await opened.Page.GotoAsync(new Uri(path).AbsoluteUri);
        // Where somebody wants to look at it.
        if (Environment.GetEnvironmentVariable("VSML_SCREENSHOTS") is { Length: > 0 } folder)
            await opened.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, FormattableString.Invariant($"{Path.GetFileNameWithoutExtension(path)}-{width}{(isDark ? "-dark" : "")}.png")), FullPage = true });
        return opened;
    }

    /// <summary>Names of the lines that each chart shows in its legend, chart by chart.</summary>
    public async Task<string[][]> Lines() => await Page.EvaluateAsync<string[][]>(
        "() => [...document.querySelectorAll('.chart')].map(chart => [...chart.querySelectorAll('.u-legend .u-series')].slice(1).map(row => row.querySelector('.u-label').textContent))");

    /// <summary>How far the page is wider than the window, in pixels.</summary>
    public async Task<int> Overhang() => await Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>Number of charts whose canvas has more than one colour: those that were drawn.</summary>
    public async Task<int> Drawn() => await Page.EvaluateAsync<int>(
        "() => [...document.querySelectorAll('.chart canvas')].filter(canvas => new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size > 3).length");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
