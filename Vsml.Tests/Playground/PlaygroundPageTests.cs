using System.Globalization;
using System.Text;
using Microsoft.Playwright;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Playground;

/// <summary>The playground's page in a real browser.</summary>
public sealed class PlaygroundPageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [BrowserFact]
    public async Task Three_drawn_classes_are_recognised_forgotten_saved_and_loaded()
    {
        await using var played = await PlayedPage.Open();
        await Assertions.Expect(played.Page.Locator("#predictions")).ToHaveTextAsync("There is no class yet.");
        await TeachShapes(played, rounds: 4);
        foreach (var name in (string[])["ring", "bar", "cross"])
        {
            await played.Draw(Shape(name, 9));
            await played.ExpectPrediction(name);
            await played.Page.ClickAsync("#wipe");
        }
        await played.Draw(Shape("ring", 8));
        await played.ExpectPrediction("ring", "nearest mean");
        await played.Picture("draw");

        // Undone, forgotten, brought back.
        await played.Page.ClickAsync("#undo");
        await played.ExpectCount("cross", 3);
        await played.Page.ClickAsync("[aria-label='Forget bar']");
        await Assertions.Expect(played.Class("bar")).ToHaveCountAsync(0);
        await played.Page.Locator("h1").ClickAsync();
        await played.Page.Keyboard.PressAsync("z");
        await played.ExpectCount("bar", 4);

        var download = await played.Page.RunAndWaitForDownloadAsync(() => played.Page.ClickAsync("#save"));
        await download.SaveAsAsync(_folder["draw.safetensors"]);
        OnlineClassifier<string>.Load(_folder["draw.safetensors"]).Labels.ShouldBe(["ring", "bar", "cross"]);
        await played.Page.ClickAsync("#clear");
        await Assertions.Expect(played.Class("ring")).ToHaveCountAsync(0);
        await played.Page.SetInputFilesAsync("#load", _folder["draw.safetensors"]);
        await Assertions.Expect(played.Message).ToContainTextAsync("draw.safetensors is loaded");
        await played.Page.ClickAsync("#wipe");
        await played.Draw(Shape("cross", 7));
        await played.ExpectPrediction("cross");
        played.Console.ShouldBeEmpty();
        played.Requests.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Points_of_a_plane_make_regions()
    {
        await using var played = await PlayedPage.Open();
        await played.Enter("plane");
        await played.Page.ClickAsync("#plane");
        await Assertions.Expect(played.Message).ToContainTextAsync("Add a class");
        (string Name, double X, double Y)[] clouds = [("left", .2, .5), ("right", .8, .5)];
        foreach (var (name, x, y) in clouds)
        {
            await played.AddClass(name);
            for (var i = 0; i < 5; i++)
            {
                var box = (await played.Page.Locator("#plane").BoundingBoxAsync())!;
                await played.Page.Mouse.ClickAsync((float)(box.X + box.Width * (x + .03 * (i % 3))), (float)(box.Y + box.Height * (y + .1 * (i - 2))));
                await played.ExpectCount(name, i + 1);
            }
        }
        await played.Page.WaitForFunctionAsync("() => document.querySelector('#states canvas')");
        (await played.Colours("#plane")).ShouldBeGreaterThan(20);
        var box2 = (await played.Page.Locator("#plane").BoundingBoxAsync())!;
        await played.Page.Mouse.MoveAsync((float)(box2.X + .1 * box2.Width), (float)(box2.Y + .5 * box2.Height));
        await played.ExpectPrediction("left");
        await played.Page.CheckAsync("#regions label:nth-of-type(3) input");
        await played.Picture("plane");

        // By keyboard alone.
        await played.Page.Locator("#plane").FocusAsync();
        foreach (var key in (string[])["1", "ArrowLeft", "ArrowUp", "Enter"]) await played.Page.Keyboard.PressAsync(key);
        await played.ExpectCount("left", 6);
        played.Console.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Two_layers_learn_what_one_cannot()
    {
        await using var played = await PlayedPage.Open();
        await played.Enter("plane");
        (await played.Page.Locator("#theta option").EvaluateAllAsync<string[]>("options => options.map(option => option.value)")).ShouldBe(MetaParameters.ShippedNames, ignoreOrder: true);
        await played.Page.ClickAsync("[data-source=corners]");
        await played.Page.FillAsync("#speed", "3");
        await played.Page.ClickAsync("#play");
        await Assertions.Expect(played.Page.Locator("#stream")).ToContainTextAsync("it is over", new() { Timeout = 60_000 });
        (await Ours(played)).ShouldBeLessThan(65);
        await played.Picture("plane-corners-online");
        await played.Page.SelectOptionAsync("#theta", "deep");
        await Assertions.Expect(played.Message).ToContainTextAsync("deep learned all 500 examples again", new() { Timeout = 60_000 });
        (await Ours(played)).ShouldBeGreaterThan(85);
        await Assertions.Expect(played.Page.Locator("#states .matrix")).ToHaveCountAsync(1);
        // Regions: blue above on the left and below on the right, orange in the other two corners.
        await played.Page.WaitForFunctionAsync("""
            () => {
              const canvas = document.querySelector("#plane"), most = canvas.width - 3;
              const context = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
              context.drawImage(canvas, 0, 0);
              const isOrange = (x, y) => { const [r, , b] = context.getImageData(x, y, 1, 1).data; return r > b; };
              return !isOrange(2, 2) && isOrange(most, 2) && isOrange(2, most) && !isOrange(most, most);
            }
            """);
        Percent(await played.Page.Locator("#predictions [data-learner=VSML][data-class=alike]").InnerTextAsync()).ShouldBeGreaterThan(90);
        await played.Picture("plane-corners-deep");

        // All that works with one layer works with two.
        await played.Page.ClickAsync("[aria-label='Forget alike']");
        await Assertions.Expect(played.Class("alike")).ToHaveCountAsync(0);
        await played.Page.ClickAsync("#undo");
        await Assertions.Expect(played.Class("alike")).ToHaveCountAsync(1);
        var download = await played.Page.RunAndWaitForDownloadAsync(() => played.Page.ClickAsync("#save"));
        await download.SaveAsAsync(_folder["plane.safetensors"]);
        OnlineClassifier<string>.Load(_folder["plane.safetensors"]).Theta.ShouldBeSameAs(MetaParameters.Shipped("deep"));
        await played.Page.ClickAsync("#clear");
        await played.Page.SelectOptionAsync("#theta", "online");
        await Assertions.Expect(played.Message).ToHaveTextAsync("online learns here now.");
        await played.Page.SetInputFilesAsync("#load", _folder["plane.safetensors"]);
        await Assertions.Expect(played.Page.Locator("#theta")).ToHaveValueAsync("deep");
        await played.AddClass("middle");
        await played.Class("middle").ClickAsync();
        var box = (await played.Page.Locator("#plane").BoundingBoxAsync())!;
        for (var i = 0; i < 6; i++)
        {
            await played.Page.Mouse.ClickAsync(box.X + box.Width * (.48f + .01f * i), box.Y + box.Height * .5f);
            await played.ExpectCount("middle", i + 1);
        }
        await played.Page.Mouse.MoveAsync(box.X + box.Width * .8f, box.Y + box.Height * .2f);
        await played.ExpectPrediction("alike");
        played.Console.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task A_table_streams_by_at_any_speed()
    {
        await using var played = await PlayedPage.Open();
        await played.Enter("table");
        await played.Page.SetInputFilesAsync("#csv-file", _folder.Write("flowers.csv", Encoding.UTF8.GetBytes(Table(300))));
        await Assertions.Expect(played.Message).ToHaveTextAsync("flowers.csv is here: 300 examples. Press Play.");
        await played.Page.ClickAsync("#step");
        await Assertions.Expect(played.Page.Locator("#stream")).ToContainTextAsync("1 of 300");
        await played.Page.FillAsync("#speed", "2.5");
        await Assertions.Expect(played.Page.Locator("#rate")).ToHaveTextAsync("316 a second");
        await played.Page.ClickAsync("#play");
        await Assertions.Expect(played.Page.Locator("#stream")).ToContainTextAsync("it is over", new() { Timeout = 60_000 });
        (await Ours(played)).ShouldBeGreaterThan(80);
        (await played.Colours("#curve canvas")).ShouldBeGreaterThan(3);
        await played.Picture("table");
        // The whole stretch is one step back.
        await played.Page.ClickAsync("#undo");
        await Assertions.Expect(played.Page.Locator("#accuracy th:nth-child(2)")).ToHaveTextAsync("of 1");

        // With two layers from there on; the stream was over, so it comes anew.
        await played.Page.SelectOptionAsync("#theta", "deep");
        await Assertions.Expect(played.Message).ToContainTextAsync("deep learned the one example again");
        await played.Page.ClickAsync("#clear");
        await played.Page.ClickAsync("#play");
        await Assertions.Expect(played.Page.Locator("#stream")).ToContainTextAsync("it is over", new() { Timeout = 60_000 });
        (await Ours(played)).ShouldBeGreaterThan(80);
        played.Console.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task What_cannot_be_done_is_said_and_nothing_is_lost()
    {
        await using var played = await PlayedPage.Open();
        await played.Page.PressAsync("#class-name", "Enter");
        await Assertions.Expect(played.Message).ToHaveTextAsync("Name a class first.");
        await played.Draw(Shape("ring", 0));
        await Assertions.Expect(played.Page.Locator("#predictions")).ToHaveTextAsync("There is no class yet.");
        await played.AddClass("ring");
        await played.Page.ClickAsync("#wipe");
        await played.Class("ring").ClickAsync();
        await Assertions.Expect(played.Message).ToHaveTextAsync("Draw something first; then press ring.");
        await played.AddClass("<b>bold</b>");
        await played.Page.FillAsync("#class-name", "ring");
        await played.Page.PressAsync("#class-name", "Enter");
        await Assertions.Expect(played.Message).ToHaveTextAsync("There is a class 'ring' already.");

        await played.Enter("table");
        using (var large = File.Create(_folder["large.csv"])) large.SetLength(100 << 20);
        await played.Page.SetInputFilesAsync("#csv-file", _folder["large.csv"]);
        await Assertions.Expect(played.Message).ToContainTextAsync("large.csv has 100 MB; this page takes up to 16.");
        await played.Page.SetInputFilesAsync("#csv-file", _folder.Write("words.csv", "a,b,c\nd,e,f\n"u8.ToArray()));
        await Assertions.Expect(played.Message).ToContainTextAsync("words.csv");
        await played.Page.SetInputFilesAsync("#load", _folder.Write("none.safetensors", [1, 2, 3]));
        await Assertions.Expect(played.Message).ToHaveClassAsync("bad");
        // A page that is opened again shows what was there.
        await played.Page.ReloadAsync();
        await Assertions.Expect(played.Class("<b>bold</b>")).ToBeVisibleAsync();
        // The browser tells of refused requests on its console, in its own words.
        played.Console.ShouldAllBe(line => line.Contains("400 (Bad Request)", StringComparison.Ordinal));
    }

    [BrowserFact]
    public async Task It_fits_a_phone_and_follows_the_readers_liking_for_dark_pages()
    {
        await using var played = await PlayedPage.Open(width: 390, isDark: true);
        await TeachShapes(played, rounds: 2);
        await played.Draw(Shape("ring", 5));
        await played.ExpectPrediction("ring");
        (await played.Overhang()).ShouldBe(0);
        await played.Picture("draw-phone");
        await played.Enter("plane");
        await played.Page.ClickAsync("[data-source=clouds]");
        await played.Page.FillAsync("#speed", "3");
        await played.Page.ClickAsync("#play");
        await Assertions.Expect(played.Page.Locator("#stream")).ToContainTextAsync("it is over", new() { Timeout = 60_000 });
        await played.Page.TapAsync("#classes .chip button");
        await played.Page.TapAsync("#plane");
        await Assertions.Expect(played.Page.Locator("#accuracy th:nth-child(2)")).ToHaveTextAsync("of 301");
        await played.Page.SelectOptionAsync("#theta", "deep");
        await Assertions.Expect(played.Message).ToContainTextAsync("deep learned all 301 examples again", new() { Timeout = 60_000 });
        (await played.Overhang()).ShouldBe(0);
        await played.Picture("plane-phone");
        var dark = await played.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
        dark.ShouldBe("rgb(20, 22, 26)");
        played.Console.ShouldBeEmpty();
    }

    // Percent right of the last examples.
    private static async Task<double> Ours(PlayedPage played) =>
        Percent(await played.Page.Locator("#accuracy tbody tr:first-child td:last-child").InnerTextAsync());

    private static double Percent(string text) => double.Parse(text.TrimEnd('%', ' '), CultureInfo.InvariantCulture);

    private static async Task TeachShapes(PlayedPage played, int rounds)
    {
        string[] names = ["ring", "bar", "cross"];
        foreach (var name in names) await played.AddClass(name);
        for (var round = 0; round < rounds; round++)
            foreach (var name in names)
            {
                await played.Draw(Shape(name, round));
                await played.Class(name).ClickAsync();
                await played.ExpectCount(name, round + 1);
            }
    }

    // Never twice the same: moved and stretched.
    private static (double X, double Y)[][] Shape(string name, int variant)
    {
        var (x, y, width, height) = (.5 + .05 * Math.Sin(variant), .5 + .05 * Math.Cos(2 * variant), .22 + .03 * Math.Sin(3 * variant), .28 + .03 * Math.Cos(variant));
        return name switch
        {
            "ring" => [[.. Enumerable.Range(0, 25).Select(i => (x + width * Math.Cos(i * Math.PI / 12), y + height * Math.Sin(i * Math.PI / 12)))]],
            "bar" => [[(x, y - height), (x + .02 * Math.Sin(variant), y), (x, y + height)]],
            _ => [[(x - width, y - height), (x, y), (x + width, y + height)], [(x + width, y - height), (x, y), (x - width, y + height)]],
        };
    }

    private static string Table(int lines)
    {
        var text = new StringBuilder("petal,sepal,colour,flower\n");
        var random = new Random(3);
        for (var i = 0; i < lines; i++)
        {
            var kind = i % 3;
            text.Append(CultureInfo.InvariantCulture, $"{kind + .6 * random.NextDouble():0.000},{5 - 2 * kind + random.NextDouble():0.000},{random.NextDouble():0.000},{"rose tulip lily".Split(' ')[kind]}\n");
        }
        return text.ToString();
    }
}
