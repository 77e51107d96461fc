using System.Diagnostics;
using System.Globalization;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Training;
using Vsml.Tool;

namespace Vsml.Tests.Tool;

public sealed class TrainCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TrainCommandTests() => File.WriteAllText(_folder["run.json"],
        """
        {
          "model": { "stateSize": 4, "messageSize": 2, "layers": [ { "type": "dense", "inputs": 16, "outputs": 10 } ] },
          "tasks": [ { "weight": 1, "task": { "type": "images", "data": "digits", "split": "train", "size": 4, "transforms": [ { "type": "label-permutation" } ] } } ],
          "stages": [ { "iterations": 6, "episodeLength": 5, "inputs": 16, "classes": 10 } ],
          "learningRate": { "values": [ 0.01 ] },
          "estimator": { "type": "es", "pairs": 2, "noiseStd": 0.05 },
          "checkpoints": { "interval": 2, "kept": 3 }
        }
        """);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_writes_its_folder_and_reports()
    {
        var run = Train("--out", _folder["run"]).ShouldSucceed();
        run.Error.ShouldBeEmpty();
        run.Output.ShouldContain("iteration 6/6");
        run.Output.ShouldContain("examples/s");
        run.Output.ShouldContain("finished after 6 of 6 iterations");
        foreach (var file in new[] { "run.json", "metrics.jsonl", "theta.safetensors", "checkpoint-6.safetensors" })
            File.Exists(Path.Combine(_folder["run"], file)).ShouldBeTrue(file);
        MetaParameters.Load(Path.Combine(_folder["run"], "theta.safetensors")).Architecture.StateSize.ShouldBe(4);

        // Nothing is left to do, and nothing changes.
        var theta = Theta("run");
        ToolRun.InProcess("train", "--resume", _folder["run"]).ShouldSucceed();
        Theta("run").ShouldBe(theta);
        Train("--out", _folder["run"]).ShouldBeRefused("run", "--resume");
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("ilgpu", "--device", "cpu")]
    public void Windows_that_do_not_fit_the_memory_are_refused_before_a_folder_is_made(string backend, params string[] device)
    {
        File.WriteAllText(_folder["long.json"], RunConfigurationJson.Format(TinyRuns.Bptt with { Estimator = new BpttOptions { EpisodeCount = 3, MemoryMiB = 0.001 } }));
        ToolRun.InProcess(["train", "--config", _folder["long.json"], "--out", _folder["long"], "--backend", backend, .. device]).ShouldBeRefused("too small for a window of", "MiB");
        Directory.Exists(_folder["long"]).ShouldBeFalse();
    }

    [Fact]
    public void Seeds_change_the_run_and_threads_do_not()
    {
        Train("--out", _folder["one"], "--threads", "1").ShouldSucceed();
        Train("--out", _folder["two"], "--threads", "2", "--seed", "1").ShouldSucceed();
        Train("--out", _folder["other"], "--seed", "2").ShouldSucceed();
        Theta("two").ShouldBe(Theta("one"));
        Theta("other").ShouldNotBe(Theta("one"));
    }

    [Fact]
    public void A_dry_run_tells_how_long_each_stage_takes_and_writes_nothing()
    {
        File.WriteAllText(_folder["run.json"], File.ReadAllText(_folder["run.json"])
            .Replace("[ { \"iterations\": 6, \"episodeLength\": 5,", "[ { \"iterations\": 60000, \"episodeLength\": 2 }, { \"iterations\": 1, \"episodeLength\": 5,", StringComparison.Ordinal)
            .Replace("\"checkpoints\"", "\"evaluation\": { \"interval\": 40000, \"episodes\": 2, \"episodeLength\": 5, \"tasks\": [ { \"name\": \"sum\", \"task\": { \"type\": \"sum-sign\", \"inputs\": 4 } } ] }, \"checkpoints\"", StringComparison.Ordinal));
        var lines = Train("--dry-run").ShouldSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(4);
        lines[0].ShouldMatch(@"^stage 0: 60,000 iterations of \d+(\.\d+)? s: \d+:\d\d(:\d\d)?$");
        lines[1].ShouldMatch(@"^stage 1: 1 iterations of ");
        // Before the first iteration, after 40,000, and at the end.
        lines[2].ShouldMatch(@"^3 meta-tests of \d+\.\d s: ");
        lines[3].ShouldMatch(@"^the whole run: \d+:\d\d");
        Directory.GetFileSystemEntries(_folder.Path).ShouldBe([_folder["run.json"]]);
    }

    [Theory]
    [InlineData("--out")]
    [InlineData("--resume")]
    [InlineData("--time-limit")]
    public void A_dry_run_takes_no_place_to_write(string option)
    {
        ToolRun.InProcess("train", "--config", _folder["run.json"], "--dry-run", option, option == "--time-limit" ? "3" : _folder["run"]).ShouldBeRefused("--dry-run", option);
        Directory.Exists(_folder["run"]).ShouldBeFalse();
    }

    [Fact]
    public void A_finished_run_gets_more_iterations()
    {
        var longer = _folder["longer.json"];
        File.WriteAllText(longer, File.ReadAllText(_folder["run.json"]).Replace("\"iterations\": 6", "\"iterations\": 9", StringComparison.Ordinal));
        ToolRun.InProcess("train", "--config", longer, "--out", _folder["whole"], "--seed", "2").ShouldSucceed();
        Train("--out", _folder["parts"], "--seed", "2").ShouldSucceed();
        // The file does not say what the command line had.
        ToolRun.InProcess("train", "--resume", _folder["parts"], "--config", longer).ShouldBeRefused("seed: it was 2");
        var run = ToolRun.InProcess("train", "--resume", _folder["parts"], "--config", longer, "--seed", "2").ShouldSucceed();
        run.Output.ShouldContain("finished after 9 of 9 iterations");
        run.Error.ShouldBe("vsml: From iteration 6 on, stages[0].iterations is 9 instead of 6.\n");
        Theta("parts").ShouldBe(Theta("whole"));
    }

    [Fact]
    public void An_interrupted_run_goes_on_bit_for_bit()
    {
        Train("--out", _folder["whole"]).ShouldSucceed();
        using (var stop = new CancellationTokenSource())
        {
            // The first line of progress asks for the stop.
            using var output = new ActionWriter(stop.Cancel);
            VsmlTool.Run(["train", "--config", _folder["run.json"], "--out", _folder["parts"]], new ToolContext(output, TextWriter.Null, Cancellation: stop.Token))
                .ShouldBe(ExitCodes.Interrupted);
        }
        File.Exists(Path.Combine(_folder["parts"], "checkpoint-6.safetensors")).ShouldBeFalse();
        ToolRun.InProcess("train", "--resume", _folder["parts"]).ShouldSucceed();
        Theta("parts").ShouldBe(Theta("whole"));
    }

    [UnixTheory("There are no such signals on Windows.")]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    [InlineData("QUIT")]
    public void A_process_that_is_told_to_stop_leaves_a_checkpoint(string signal)
    {
        using var process = ToolRun.Start("dotnet", [ToolRun.Assembly, "train", "--config", "preset:smoke", "--out", _folder["run"]]);
        process.StandardOutput.ReadLine().ShouldNotBeNull().ShouldNotBeEmpty();
        Signal(process, signal);
        process.StandardOutput.ReadToEnd().ShouldContain("interrupted after");
        process.WaitForExit();
        process.ExitCode.ShouldBe(ExitCodes.Interrupted);
        Directory.GetFiles(_folder["run"], "checkpoint-*.safetensors").ShouldNotBeEmpty();
        Directory.GetFiles(_folder["run"], "*.tmp").ShouldBeEmpty();
    }

    [UnixFact("There is no SIGHUP on Windows.")]
    public void A_process_that_ignores_hang_ups_goes_on()
    {
        // As nohup does.
        using var process = ToolRun.Start("sh", ["-c", "trap '' HUP; exec dotnet \"$0\" \"$@\"", ToolRun.Assembly, "train", "--config", "preset:smoke", "--out", _folder["run"]]);
        process.StandardOutput.ReadLine().ShouldNotBeNull().ShouldNotBeEmpty();
        Signal(process, "HUP");
        process.StandardOutput.ReadToEnd().ShouldContain("finished after");
        process.WaitForExit();
        process.ExitCode.ShouldBe(ExitCodes.Success);
    }

    [UnixTheory("There is no such shell on Windows.")]
    [InlineData("> /dev/full", "No space left")]
    [InlineData(">&-", "closed")]
    [InlineData("> /dev/full 2> /dev/full", "")]
    [InlineData(">&- 2>&-", "")]
    public void A_run_that_cannot_be_shown_goes_on(string redirection, string reason)
    {
        Train("--out", _folder["shown"]).ShouldSucceed();
        var run = ToolRun.OfProcess("sh", ["-c", $"exec dotnet \"$0\" \"$@\" {redirection}", ToolRun.Assembly, "train", "--config", _folder["run.json"], "--out", _folder["run"]]).ShouldSucceed();
        run.Error.Split('\n').Length.ShouldBe(reason.Length == 0 ? 1 : 2);
        run.Error.ShouldContain(reason);
        Theta("run").ShouldBe(Theta("shown"));
        File.Exists(Path.Combine(_folder["run"], "checkpoint-6.safetensors")).ShouldBeTrue();
    }

    [UnixTheory("There is no such shell on Windows.")]
    [InlineData("> /dev/full")]
    [InlineData(">&-")]
    public void Results_that_cannot_be_printed_are_an_error(string redirection) =>
        ToolRun.OfProcess("sh", ["-c", $"exec dotnet \"$0\" \"$@\" {redirection}", ToolRun.Assembly, "describe", TraceFiles.ArchitecturePath("dense-tiny")]).ShouldBeRefused("standard output");

    [Theory]
    [InlineData("--out run", "--config")]
    [InlineData("--config run.json", "--out")]
    [InlineData("--config none.json --out run", "none.json")]
    [InlineData("--config preset:none --out run", "none", "smoke")]
    [InlineData("--config run.json --out run --threads 0", "--threads: '0' is not a whole number from 1 to 1024")]
    [InlineData("--config run.json --out run --threads 1025", "--threads")]
    [InlineData("--config run.json --out run --time-limit 1,5", "--time-limit: '1,5' is not a number", "point")]
    [InlineData("--config run.json --out run --time-limit NaN", "--time-limit: 'NaN'")]
    [InlineData("--config run.json --out run --time-limit 1e999", "--time-limit: '1e999'")]
    [InlineData("--config run.json --out run --threads two", "two")]
    [InlineData("--config run.json --out run --time-limit 0", "--time-limit")]
    [InlineData("--config run.json --out run --seed -1", "-1")]
    [InlineData("--config run.json --out run --simd sse", "sse")]
    [InlineData("--resume none", "none")]
    [InlineData("--resume run.json", "run.json")]
    [InlineData("--resume none --config run.json", "none")]
    [InlineData("--resume none --out run", "--out")]
    [InlineData("--resume none --seed 2", "--seed")]
    [InlineData("--config run.json --out run.json", "run.json")]
    [InlineData("--config bad.json --out run", "bad.json", "stages")]
    [InlineData("--config misfit.json --out run", "classes")]
    public void Wrong_options(string options, params string[] mentions)
    {
        var json = File.ReadAllText(_folder["run.json"]);
        File.WriteAllText(_folder["bad.json"], json.Replace("\"episodeLength\": 5", "\"episodeLength\": 0", StringComparison.Ordinal));
        File.WriteAllText(_folder["misfit.json"], json.Replace("\"classes\": 10", "\"classes\": 11", StringComparison.Ordinal));
        var words = options.Split(' ').Select(word => word is "run" or "none" || word.EndsWith(".json", StringComparison.Ordinal) ? _folder[word] : word);
        ToolRun.InProcess(["train", .. words]).ShouldBeRefused(mentions);
        Directory.Exists(_folder["run"]).ShouldBeFalse();
        File.ReadAllText(_folder["run.json"]).ShouldBe(json);
    }

    private ToolRun Train(params string[] options) => ToolRun.InProcess(["train", "--config", _folder["run.json"], .. options]);

    private static void Signal(Process process, string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private byte[] Theta(string run) => File.ReadAllBytes(Path.Combine(_folder[run], "theta.safetensors"));

    /// <summary>Does something at the first line that is written.</summary>
    private sealed class ActionWriter(Action action) : StringWriter
    {
        public override void WriteLine(string? value) => action();
    }
}
