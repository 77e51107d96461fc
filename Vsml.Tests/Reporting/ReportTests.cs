using Vsml.Evaluation;
using Vsml.MetaTraining;
using Vsml.Reporting;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;
using Vsml.Tests.Training;

namespace Vsml.Tests.Reporting;

public sealed class ReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_is_shown_with_its_curves_meta_tests_and_configuration()
    {
        Write(Run("first"));
        var page = Page();
        foreach (var shown in (string[])["Loss on the training tasks", "Norm of the gradient", "Learning rate", "Speed", "Accuracy on each task", "vsml train --resume", "&quot;stateSize&quot;"]) page.ShouldContain(shown);
        page.ShouldNotContain("class=\"warning\"");
    }

    [BrowserFact]
    public async Task A_browser_without_a_network_draws_every_line_at_every_width()
    {
        Write(Run("first"), Run("second", seed: 8), Tests("results.json", 16), Experiment("found"));
        foreach (var (width, isDark) in new[] { (390, false), (1280, false), (1280, true) })
        {
            await using var opened = await OpenedPage.Of(_folder["report.html"], width, isDark);
            var lines = await opened.Lines();
            lines.ShouldBe(
            [
                ["rate <b>"],
                ["vsml", "sgd"], ["vsml", "sgd"],
                ["first", "second"], ["first", "second"], ["first", "second"], ["first", "second"], ["first", "second"],
                ["first", "second"], ["first", "second"], ["first", "second"],
            ]);
            (await opened.Drawn()).ShouldBe(lines.Length);
            // Learners on data, and the experiment's.
            (await opened.Page.Locator("svg.heat").CountAsync()).ShouldBe(2);
            (await opened.Page.Locator("svg.heat rect").CountAsync()).ShouldBe(4 + 3);
            (await opened.Overhang()).ShouldBe(0, $"{width} pixels");
            opened.Console.ShouldBeEmpty();
            opened.Requests.ShouldBeEmpty();
        }
    }

    [BrowserFact]
    public async Task Names_are_text_whatever_they_hold()
    {
        var evil = "</script><script>throw 1</script>";
        new ReportPage(evil, [new HeadingBlock(evil), new LineChartBlock(evil, evil, evil, [new(evil, [1, 2], [1, 2])]), new HeatMapBlock(evil, [evil], [evil], [[1]])]).Write(_folder["report.html"]);
        await using var opened = await OpenedPage.Of(_folder["report.html"], 1280);
        opened.Console.ShouldBeEmpty();
        (await opened.Lines()).ShouldBe([[evil]]);
        (await opened.Page.Locator("h1").InnerTextAsync()).ShouldBe(evil);
    }

    [Fact]
    public void Damaged_lines_of_metrics_are_left_out_and_named()
    {
        var run = Run("torn");
        var path = Path.Combine(run, "metrics.jsonl");
        var lines = File.ReadAllLines(path);
        lines[1] = "{\"kind\":\"iteration\",\"iter";
        lines[3] = "\u0000\u0000\u0000";
        File.WriteAllLines(path, lines);
        Write(run);
        Page().ShouldContain("metrics.jsonl: lines 2, 4 cannot be read and are left out.");
    }

    [Fact]
    public void What_a_run_lacks_is_told_on_the_page()
    {
        var untested = Run("untested", TinyRuns.Full with { Evaluation = null });
        var empty = _folder["empty"];
        Directory.CreateDirectory(empty);
        File.Copy(Path.Combine(untested, "run.json"), Path.Combine(empty, "run.json"));
        Write(untested, empty);
        Page().ShouldContain("untested: Its configuration asks for no periodic meta-tests");
        Page().ShouldContain("empty: There is no metrics.jsonl yet");
    }

    [Fact]
    public void Runs_that_do_not_belong_together_are_shown_with_a_warning_and_where_they_differ()
    {
        Write(Run("one"), Run("other", TinyRuns.Full with { Tasks = new([new TaskShare(1, new RandomTask { Vectors = 6, Inputs = 5 })]) }));
        Page().ShouldContain("do not belong together");
        Page().ShouldContain("tasks[0].weight");
    }

    [Fact]
    public void Runs_that_differ_in_the_seed_alone_belong_together()
    {
        Write(Run("a/run"), Run("b/run", seed: 8));
        Page().ShouldNotContain("class=\"warning\"");
        Page().ShouldContain("<td>seed</td><td>7</td><td>8</td>");
        Page().ShouldContain("a/run");
    }

    [Fact]
    public void Results_without_curves_say_how_to_get_them()
    {
        Write(Tests("results.json", 16, curves: false));
        Page().ShouldContain("vsml test --json FILE --curves");
    }

    [Fact]
    public void Bands_are_what_the_episodes_spread()
    {
        var report = Report(episodes: 4);
        var curve = report.Curves[0];
        // The last window of each episode once more.
        curve.StandardErrors!.Count.ShouldBe(report.Length);
        curve.StandardErrors.ShouldAllBe(error => error >= 0 && error < .5f);
        curve.StandardErrors.Max().ShouldBeGreaterThan(0);
        Report(episodes: 1).Curves[0].StandardErrors.ShouldBeNull();
    }

    [Theory]
    [InlineData("nothing-there", "There is no file")]
    [InlineData("theta", "neither the folder of a run")]
    [InlineData("empty", "neither a run")]
    [InlineData("other.json", "neither the folder of a run")]
    [InlineData("torn.json", "not valid JSON at line 1")]
    [InlineData("wrong.json", "results[0].learner: the field is missing")]
    [InlineData("bad-run", "run.json: not valid JSON")]
    [InlineData("bad-experiment", "blocks[0]: there must be a value")]
    [InlineData("other-block", "not valid JSON")]
    public void Other_files_and_folders_are_refused_in_one_line(string name, string mention)
    {
        _folder.Write("theta", [8, 0, 0, 0, 0, 0, 0, 0, 123]);
        _folder.Write("other.json", "{\"tasks\": []}"u8.ToArray());
        _folder.Write("torn.json", "{\"results\": ["u8.ToArray());
        _folder.Write("wrong.json", "{\"results\": [{\"data\": \"mnist\", \"size\": 8, \"projected\": false}]}"u8.ToArray());
        foreach (var folder in (string[])["empty", "bad-run", "bad-experiment", "other-block"]) Directory.CreateDirectory(_folder[folder]);
        _folder.Write("bad-run/run.json", "{"u8.ToArray());
        _folder.Write("bad-experiment/experiment.json", """{"title": "T", "command": "c", "blocks": [{"type": "heatMap", "title": "t", "rows": ["a"], "columns": ["b"], "values": []}]}"""u8.ToArray());
        _folder.Write("other-block/experiment.json", """{"title": "T", "command": "c", "blocks": [{"type": "film"}]}"""u8.ToArray());
        ToolRun.InProcess("report", _folder[name], "--out", _folder["report.html"]).ShouldBeRefused(name, mention);
        File.Exists(_folder["report.html"]).ShouldBeFalse();
    }

    [Fact]
    public void A_page_replaces_none_of_its_sources()
    {
        var results = Tests("results.json", 4);
        ToolRun.InProcess("report", results, "--out", results).ShouldBeRefused("results.json");
        ToolRun.InProcess("report", results, results, "--out", _folder["report.html"]).ShouldBeRefused("named twice");
        ToolRun.InProcess("report", results, "--out", "-", "--open").ShouldBeRefused("--open");
    }

    [Fact]
    public void Runs_of_cloning_have_a_chapter_of_their_own()
    {
        var run = Cloning("clone");
        Write(run, Run("first"));
        var page = Page();
        foreach (var shown in (string[])["Cloning of backpropagation", "change of w", "100 of 100", "vsml clone --resume", "Loss on the training tasks"]) page.ShouldContain(shown);
        page.ShouldNotContain("class=\"warning\"");
        File.AppendAllText(Path.Combine(run, "metrics.jsonl"), "{\"kind\":\"clone\"");
        Write(run);
        Page().ShouldContain("line 3 cannot be read");
        File.Delete(Path.Combine(run, "metrics.jsonl"));
        Write(run);
        Page().ShouldContain("There is no metrics.jsonl yet");
    }

    [Fact]
    public void Metrics_of_cloning_fit_the_schema()
    {
        var schema = JsonSchemaValidator.Of("metrics.schema.json");
        foreach (var line in File.ReadLines(Path.Combine(Cloning("clone"), "metrics.jsonl"))) schema.Problems(line).ShouldBeEmpty();
    }

    private void Write(params string[] sources) => ToolRun.InProcess(["report", .. sources, "--out", _folder["report.html"]]).ShouldSucceed().Output.Trim().ShouldBe(_folder["report.html"]);

    private string Page() => File.ReadAllText(_folder["report.html"]);

    private string Run(string name, ulong seed = 7) => Run(name, TinyRuns.Full with { Seed = seed });

    private string Run(string name, RunConfiguration configuration)
    {
        TinyRuns.Run(_folder[name], configuration);
        return _folder[name];
    }

    private string Cloning(string name)
    {
        var stage = new CloneStage { Task = CloneTask.Steps, Iterations = 100, SubRnns = 8, Window = 1 };
        using var folder = CloneFolder.Create(_folder[name], new CloneConfiguration { StateSize = 9, Stages = new([stage]) });
        new CloneRun(folder).Run(_ => { }, Assert.Fail).ShouldBe(100);
        return _folder[name];
    }

    private string Tests(string name, int episodes, bool curves = true)
    {
        var report = Report(episodes);
        MetaTestJson.Write(_folder[name], [new("digits", 8, false, report), new("mnist", 14, true, report)], curves);
        return _folder[name];
    }

    private static MetaTestReport Report(int episodes)
    {
        var sgd = MetaTestLearner.Of(new Vsml.Evaluation.SgdBaseline());
        return MetaTest.Run(new RandomTask { Inputs = 6, Classes = 3 }, [sgd with { Name = "vsml" }, sgd], new() { Episodes = episodes, Length = 120, Threads = 1 });
    }

    private string Experiment(string name)
    {
        Directory.CreateDirectory(_folder[name]);
        new ExperimentResult("What was found", "vsml experiment some-name", [
            new ParagraphBlock("Words."), new WarningBlock("Careful."), new TableBlock(["a"], [new(["1"])]),
            new LineChartBlock("Rates", "step", "rate", [ChartLine.WithBand("rate <b>", [1, 10, 100], [.1, .01, .02], [.01, .001, null])]) { IsXLogarithmic = true, IsYLogarithmic = true },
            new HeatMapBlock("Matrix", ["row 1", "row 2"], ["left", "right"], [[.1, .9], [null, .5]]) { IsShare = true },
        ]).Write(_folder[name]);
        return _folder[name];
    }
}
