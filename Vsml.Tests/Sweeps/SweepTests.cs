using System.Text.Json.Nodes;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;
using Vsml.Tests.Training;
using Vsml.Tool;

namespace Vsml.Tests.Sweeps;

public sealed class SweepTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SweepTests() => File.WriteAllText(_folder["run.json"], RunConfigurationJson.Format(TinyRuns.Full));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_grid_has_a_run_for_every_value_set_and_seed()
    {
        var runs = Grid(""" "seeds": [1, 2], "grid": { "estimator.noiseStd": [0.1, 0.2], "stages[1].iterations": [3, 4] }, "list": [{ "estimator.pairs": 4 }, { "estimator.pairs": 6, "checkpoints.kept": 1 }] """).Runs;
        runs.Count.ShouldBe(16);
        runs.Select(run => run.Name).Distinct().Count().ShouldBe(16);
        var last = runs[^1];
        (last.Seed, last.Configuration.Seed, ((EsOptions)last.Configuration.Estimator).PairCount, ((EsOptions)last.Configuration.Estimator).NoiseStd, last.Configuration.Stages[1].Iterations, last.Configuration.Checkpoints.Kept)
            .ShouldBe((2ul, 2ul, 6, 0.2f, 4, 1));
        runs[0].Configuration.ShouldBe(TinyRuns.Full with { Seed = 1, Stages = new([TinyRuns.Full.Stages[0], TinyRuns.Full.Stages[1]]), Estimator = new EsOptions { PairCount = 4, NoiseStd = 0.1f } });
    }

    [Theory]
    [InlineData(""" "grid": { "estimator.nosie": [1] } """, "nosie")]
    [InlineData(""" "grid": { "estimater.pairs": [1] } """, "estimater.pairs")]
    [InlineData(""" "grid": { "stages[2].iterations": [1] } """, "stages[2].iterations")]
    [InlineData(""" "grid": { "estimator.pairs": [0] } """, "estimator.pairs")]
    [InlineData(""" "grid": { "estimator.pairs": [] } """, "grid.estimator.pairs")]
    [InlineData(""" "grid": { "seed": [1] } """, "seed")]
    [InlineData(""" "grid": [1] """, "grid")]
    [InlineData(""" "list": [1] """, "list")]
    [InlineData(""" "seeds": [-1] """, "seeds")]
    [InlineData(""" "seeds": [] """, "0 runs")]
    [InlineData(""" "sedes": [1] """, "sedes")]
    public void Wrong_grids_are_refused_before_anything_runs(string fields, string mention)
    {
        Write(fields);
        ToolRun.InProcess("sweep", _folder["grid.json"], "--out", _folder["sweep"]).ShouldBeRefused("grid.json", mention);
        Directory.Exists(_folder["sweep"]).ShouldBeFalse();
    }

    [Fact]
    public void A_sweep_gives_the_table_of_its_runs_and_can_be_collected_again()
    {
        Write(""" "seeds": [1, 2], "grid": { "estimator.noiseStd": [0.1, 0.2] } """);
        string[] sweep = ["sweep", _folder["grid.json"], "--out", _folder["sweep"]];
        var one = ToolRun.InProcess([.. sweep, "--only", "3"]).ShouldSucceed();
        one.Output.Split('\n')[1].ShouldStartWith("run-0003\t2\t0.2\tfinished\t7\t");
        ToolRun.InProcess([.. sweep, "--collect"]).ShouldSucceed().Output.Split('\n').Count(line => line.Contains("\twaiting\t", StringComparison.Ordinal)).ShouldBe(3);
        var all = ToolRun.InProcess([.. sweep, "--runs", "2", "--json", _folder["table.json"]]).ShouldSucceed();
        var lines = all.Output.TrimEnd().Split('\n');
        lines[0].ShouldBe("run\tseed\testimator.noiseStd\tstatus\titeration\tloss\taccuracy\tscore");
        lines.Length.ShouldBe(5);
        lines[4].ShouldBe(one.Output.Split('\n')[1]);
        ToolRun.InProcess([.. sweep, "--collect"]).ShouldSucceed().Output.ShouldBe(all.Output);
        var results = JsonNode.Parse(File.ReadAllText(_folder["table.json"]))!["results"]!.AsArray();
        results.Count.ShouldBe(4);
        results[2]!["settings"]!["estimator.noiseStd"]!.GetValue<double>().ShouldBe(0.2);
        results[2]!["status"]!.GetValue<string>().ShouldBe("finished");

        // Each is the run that it would be by itself.
        TinyRuns.Run(_folder["alone"], TinyRuns.Full with { Seed = 2, Estimator = new EsOptions { PairCount = 5, NoiseStd = 0.2f } });
        TinyRuns.Outcome(Path.Combine(_folder["sweep"], "run-0003")).ShouldBe(TinyRuns.Outcome(_folder["alone"]));
    }

    [Fact]
    public void Its_page_shows_the_table_and_the_curves_and_says_what_is_missing()
    {
        Write(""" "seeds": [1, 2, 3], "list": [{ "estimator.pairs": 4 }] """);
        var grid = SweepGrid.Read(_folder["grid.json"]);
        string[] sweep = ["sweep", _folder["grid.json"], "--out", _folder["sweep"]];
        ToolRun.InProcess([.. sweep, "--collect"]).ShouldBeRefused("--collect: there is no folder", "sweep");
        ToolRun.InProcess([.. sweep, "--only", "0"]).ShouldSucceed();
        var page = Path.Combine(_folder["sweep"], "report.html");
        File.Exists(page).ShouldBeFalse();
        Stop(grid.Runs[1], iteration: 2);

        ToolRun.InProcess([.. sweep, "--collect"]).ShouldSucceed().Error.ShouldContain($"The page is {page}");
        var half = File.ReadAllText(page);
        foreach (var shown in (string[])
            [
                "1 of 3 runs not begun yet: run-0002.", "1 of 3 runs stopped before the end, or still running: run-0001 (iteration 2 of 7).", "Curves of 2 of 3 runs",
                "<th>estimator.pairs</th>", "<td>waiting</td>", "Loss on the training tasks", "Accuracy on memory", "vsml sweep ",
            ]) half.ShouldContain(shown);
        half.Split("<tr class=\"ours\">").Length.ShouldBe(2);

        ToolRun.InProcess(sweep).ShouldSucceed();
        var whole = File.ReadAllText(page);
        whole.ShouldNotContain("class=\"warning\"");
        whole.ShouldContain("<h2>Curves</h2>");
        whole.ShouldContain("\"name\":\"run-0002\"");
        // Nothing but the page is beside the runs.
        Directory.EnumerateFileSystemEntries(_folder["sweep"]).Select(Path.GetFileName).Order().ShouldBe(["report.html", "run-0000", "run-0001", "run-0002"]);
    }

    [Fact]
    public void What_failed_or_cannot_be_read_is_told_on_the_page()
    {
        TinyRuns.Run(Path.Combine(_folder["sweep"], "run-0000"), TinyRuns.Full with { Seed = 9 });
        TinyRuns.Run(Path.Combine(_folder["sweep"], "run-0001"), TinyRuns.Full with { Seed = 2 });
        File.WriteAllText(Path.Combine(_folder["sweep"], "run-0001", "run.json"), "{");
        Write(""" "seeds": [1, 2] """);
        ToolRun.InProcess("sweep", _folder["grid.json"], "--out", _folder["sweep"]).Code.ShouldBe(ExitCodes.BadInput);
        var page = File.ReadAllText(Path.Combine(_folder["sweep"], "report.html"));
        page.ShouldContain("2 of 2 runs failed: run-0000 (seed: it was 9");
        page.ShouldContain("run-0001 has no curves here: ");
    }

    [Fact]
    public void A_page_that_cannot_be_written_is_refused_before_anything_runs()
    {
        Directory.CreateDirectory(Path.Combine(_folder["sweep"], "report.html"));
        Write(""" "seeds": [1] """);
        ToolRun.InProcess("sweep", _folder["grid.json"], "--out", _folder["sweep"]).ShouldBeRefused("report.html");
        Directory.Exists(Path.Combine(_folder["sweep"], "run-0000")).ShouldBeFalse();
    }

    [Fact]
    public void An_interrupted_sweep_goes_on()
    {
        var grid = Grid(""" "seeds": [1, 2, 3] """);
        using var stop = new CancellationTokenSource();
        var stopped = SweepRunner.Run(grid.Runs, _folder["sweep"], _ => RuntimeCompiler.Compile, done: _ => stop.Cancel(), cancellation: stop.Token);
        stopped.Select(result => result.Status).ShouldBe(["finished", "waiting", "waiting"]);
        SweepRunner.Run(grid.Runs, _folder["sweep"], _ => RuntimeCompiler.Compile).ShouldAllBe(result => result.Status == "finished");
    }

    [Fact]
    public void A_run_that_fails_is_told_and_does_not_end_the_others()
    {
        TinyRuns.Run(Path.Combine(_folder["sweep"], "run-0000"), TinyRuns.Full with { Seed = 9 });
        Write(""" "seeds": [1, 2] """);
        var run = ToolRun.InProcess("sweep", _folder["grid.json"], "--out", _folder["sweep"]);
        run.Code.ShouldBe(ExitCodes.BadInput);
        run.Error.ShouldContain("run-0000 failed: seed: it was 9");
        run.Output.ShouldContain("\tfinished\t");
    }

    private void Stop(SweepRun run, int iteration)
    {
        using var folder = RunFolder.Create(Path.Combine(_folder["sweep"], run.Name), run.Configuration);
        using var stop = new CancellationTokenSource();
        new TrainingRun(folder, RuntimeCompiler.Compile, new TrainingOptions { Progress = new StopAfter(iteration, stop) }).Run(stop.Token);
    }

    private SweepGrid Grid(string fields)
    {
        Write(fields);
        return SweepGrid.Read(_folder["grid.json"]);
    }

    private void Write(string fields) => File.WriteAllText(_folder["grid.json"], $$"""{ "config": {{System.Text.Json.JsonSerializer.Serialize(_folder["run.json"])}}, {{fields}} }""");
}
