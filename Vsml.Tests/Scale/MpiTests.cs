using System.Diagnostics;
using System.Globalization;
using Vsml.Contracts;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;
using Vsml.Tests.Training;
using Vsml.Tool;

namespace Vsml.Tests.Scale;

/// <summary>Real processes under real launchers.</summary>
public sealed class MpiTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [MpiTheory(MpiPrograms.OpenMpi)]
    [InlineData("es", 2)]
    [InlineData("truncated-es", 3)]
    [InlineData("bptt", 3)]
    [InlineData("pes", 4)]
    public void Under_Open_MPI_a_run_has_the_bits_of_one_process(string estimator, int ranks) => ShouldEqualOneProcess(MpiPrograms.OpenMpi, estimator, ranks);

    [MpiTheory(MpiPrograms.Mpich)]
    [InlineData("bptt", 2)]
    [InlineData("es", 3)]
    [InlineData("nres", 4)]
    public void Under_MPICH_a_run_has_the_bits_of_one_process(string estimator, int ranks) => ShouldEqualOneProcess(MpiPrograms.Mpich, estimator, ranks);

    [MpiFact(MpiPrograms.OpenMpi, MpiPrograms.Mpich)]
    public void A_launcher_with_the_library_of_another_is_refused()
    {
        WriteConfiguration(TinyRuns.Full);
        var wrong = ToolRun.OfProcess(MpiPrograms.Mpich, MpiPrograms.Arguments(MpiPrograms.Mpich, 2, "train", "--config", _folder["run.json"], "--out", _folder["run"]), ("VSML_MPI_LIBRARY", "libmpi.so.40"));
        wrong.Code.ShouldBe(ExitCodes.BadInput);
        Own(wrong).ShouldHaveSingleItem().ShouldContain("2 processes, but libmpi.so.40 knows of 1");
        Directory.Exists(_folder["run"]).ShouldBeFalse();
    }

    [MpiTheory(MpiPrograms.OpenMpi)]
    [InlineData("train --config run.json --out run", 6, "6 ranks, but only 5 pairs")]
    [InlineData("train --config none.json --out run", 2, "none.json")]
    [InlineData("train --resume run", 2, "There is no folder")]
    [InlineData("describe run.json", 2, "describe runs in one process")]
    public void Bad_input_is_told_once(string options, int ranks, string mention)
    {
        WriteConfiguration(TinyRuns.Full);
        var words = options.Split(' ').Select(word => word == "run" || word.EndsWith(".json", StringComparison.Ordinal) ? _folder[word] : word);
        var run = ToolRun.OfProcess(MpiPrograms.OpenMpi, MpiPrograms.Arguments(MpiPrograms.OpenMpi, ranks, [.. words]));
        run.Code.ShouldBe(ExitCodes.BadInput, run.Error);
        Own(run).ShouldHaveSingleItem().ShouldContain(mention);
        Directory.Exists(_folder["run"]).ShouldBeFalse();
    }

    [MpiTheory(MpiPrograms.OpenMpi)]
    [InlineData("--simd portable", "SIMD level", "portable instead of")]
    [InlineData("--seed 8", "configuration", "\"seed\": 8 instead of \"seed\": 7")]
    public void Ranks_that_differ_are_refused(string option, string mention, string difference)
    {
        WriteConfiguration(TinyRuns.Full with { Simd = null });
        string[] train = ["train", "--config", _folder["run.json"], "--out", _folder["run"]];
        var run = ToolRun.OfProcess(MpiPrograms.OpenMpi,
            [.. MpiPrograms.Arguments(MpiPrograms.OpenMpi, 1, train), ":", "-n", "1", "dotnet", ToolRun.Assembly, .. train, .. option.Split(' ')]);
        run.Code.ShouldBe(ExitCodes.BadInput, run.Error);
        var line = Own(run).ShouldHaveSingleItem();
        line.ShouldContain($"another {mention} than rank 0");
        line.ShouldContain(difference);
        Directory.Exists(_folder["run"]).ShouldBeFalse();
    }

    [MpiTheory(MpiPrograms.OpenMpi, MpiPrograms.Mpich)]
    [InlineData(MpiPrograms.OpenMpi)]
    [InlineData(MpiPrograms.Mpich)]
    public void Ranks_that_begin_and_ranks_that_go_on_are_refused(string launcher)
    {
        WriteConfiguration(TinyRuns.Full);
        TinyRuns.Run(_folder["begun"], TinyRuns.Full);
        var run = ToolRun.OfProcess(launcher,
            [.. MpiPrograms.Arguments(launcher, 1, "train", "--config", _folder["run.json"], "--out", _folder["run"]), ":", "-n", "1", "dotnet", ToolRun.Assembly, "train", "--resume", _folder["begun"]]);
        run.Code.ShouldBe(ExitCodes.BadInput, run.Error);
        Own(run).ShouldHaveSingleItem().ShouldContain("another command than rank 0");
        Directory.Exists(_folder["run"]).ShouldBeFalse();
    }

    [MpiTheory(MpiPrograms.OpenMpi, MpiPrograms.Mpich)]
    [InlineData(MpiPrograms.OpenMpi)]
    [InlineData(MpiPrograms.Mpich)]
    public void A_machine_without_the_level_of_the_run_is_named(string launcher)
    {
        TinyRuns.Run(_folder["begun"], TinyRuns.Full);
        string[] resume = ["dotnet", ToolRun.Assembly, "train", "--resume", _folder["begun"]];
        var run = ToolRun.OfProcess(launcher,
            [.. MpiPrograms.Arguments(launcher, 1, "train", "--resume", _folder["begun"]), ":", "-n", "1", "env", "DOTNET_EnableAVX2=0", .. resume]);
        // Where there is nothing to switch off, all machines are the same.
        if (SimdLevels.Widest == SimdLevel.Portable) run.ShouldSucceed();
        else Own(run).ShouldHaveSingleItem().ShouldContain($"rank 1 ({Environment.MachineName}): This machine does not have SIMD level {SimdLevels.Widest.Name()}");
    }

    [MpiTheory(MpiPrograms.OpenMpi, MpiPrograms.Mpich)]
    [InlineData(MpiPrograms.OpenMpi, "USR1")]
    [InlineData(MpiPrograms.OpenMpi, "TERM")]
    [InlineData(MpiPrograms.Mpich, "USR2")]
    [InlineData(MpiPrograms.Mpich, "HUP")]
    public void A_signal_to_one_rank_stops_all_with_a_checkpoint(string launcher, string signal)
    {
        using var job = StartLong(launcher, "--heartbeat", "60");
        Signal(Ranks(job)[1], signal);
        job.WaitForExit(TimeSpan.FromSeconds(60)).ShouldBeTrue();
        job.ExitCode.ShouldBe(ExitCodes.Interrupted);
        job.StandardOutput.ReadToEnd().ShouldContain("interrupted after");
        ShouldGoOnBitForBit();
    }

    [MpiTheory(MpiPrograms.OpenMpi, MpiPrograms.Mpich)]
    [InlineData(MpiPrograms.OpenMpi)]
    [InlineData(MpiPrograms.Mpich)]
    public void A_rank_that_dies_takes_the_job_down(string launcher)
    {
        using var job = StartLong(launcher, "--heartbeat", "60");
        var ranks = Ranks(job);
        Signal(ranks[1], "KILL");
        ShouldBeDown(job, ranks);
        ShouldGoOnBitForBit();
    }

    [MpiTheory(MpiPrograms.OpenMpi, MpiPrograms.Mpich)]
    [InlineData(MpiPrograms.OpenMpi)]
    [InlineData(MpiPrograms.Mpich)]
    public void A_rank_that_hangs_takes_the_job_down(string launcher)
    {
        using var job = StartLong(launcher, "--heartbeat", "3");
        var ranks = Ranks(job);
        Signal(ranks[1], "STOP");
        ShouldBeDown(job, ranks).ShouldContain("has given no sign of life for 3 s");
        ShouldGoOnBitForBit();
    }

    [MpiTheory(MpiPrograms.OpenMpi, MpiPrograms.Mpich)]
    [InlineData(MpiPrograms.OpenMpi)]
    [InlineData(MpiPrograms.Mpich)]
    public void A_rank_whose_work_hangs_ends_hard_when_it_is_told_to_stop(string launcher)
    {
        WaitingOptimizer.Compile(_folder["Acme.Parts.dll"]);
        File.WriteAllText(_folder["run.json"], WaitingOptimizer.In(Long(1_000_000)));
        using var job = ToolRun.Start(launcher,
            MpiPrograms.Arguments(launcher, 3, "train", "--config", _folder["run.json"], "--assembly", _folder["Acme.Parts.dll"], "--out", _folder["run"], "--threads", "1", "--heartbeat", "5"), (WaitingOptimizer.Hang, "40"));
        WaitForMetrics(job);
        SpinWait.SpinUntil(() => File.ReadLines(Path.Combine(_folder["run"], "metrics.jsonl")).Count() == 39, TimeSpan.FromSeconds(90)).ShouldBeTrue();
        // Until then a rank may still be about to look whether it has been told to stop.
        Thread.Sleep(2000);
        var ranks = Ranks(job);
        foreach (var rank in ranks) Signal(rank, "USR1");
        ShouldBeDown(job, ranks).ShouldContain("was told to stop, but has not within 5 s");
        new CheckpointStore(_folder["run"], TinyRuns.Full).Iterations()[0].ShouldBeInRange(5, 40);
    }

    private void ShouldEqualOneProcess(string launcher, string estimator, int ranks)
    {
        var configuration = TinyRuns.Estimators[estimator];
        TinyRuns.Run(_folder["one"], configuration);
        WriteConfiguration(configuration);
        var run = ToolRun.OfProcess(launcher, MpiPrograms.Arguments(launcher, ranks, "train", "--config", _folder["run.json"], "--out", _folder["many"])).ShouldSucceed();
        run.Output.Split('\n').Count(line => line.Contains("finished after", StringComparison.Ordinal)).ShouldBe(1);
        TinyRuns.Outcome(_folder["many"]).ShouldBe(TinyRuns.Outcome(_folder["one"]));
    }

    // Far more iterations than a test waits for.
    private Process StartLong(string launcher, params string[] options)
    {
        WriteConfiguration(Long(1_000_000));
        var job = ToolRun.Start(launcher, MpiPrograms.Arguments(launcher, 3, ["train", "--config", _folder["run.json"], "--out", _folder["run"], "--threads", "1", .. options]));
        WaitForMetrics(job);
        return job;
    }

    private void WaitForMetrics(Process job)
    {
        var metrics = Path.Combine(_folder["run"], "metrics.jsonl");
        var limit = Stopwatch.StartNew();
        while (!File.Exists(metrics) || new FileInfo(metrics).Length < 2000)
        {
            limit.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(90));
            job.HasExited.ShouldBeFalse();
            Thread.Sleep(50);
        }
    }

    private static RunConfiguration Long(int iterations) => TinyRuns.Persistent with
    {
        Stages = new([TinyRuns.Persistent.Stages[0] with { Iterations = iterations }]),
        LearningRate = new LearningRateSchedule { Values = new([0.01]) },
        Checkpoints = new CheckpointConfiguration { Interval = 5, Kept = 2 },
    };

    // In one process, and up to the next checkpoint.
    private void ShouldGoOnBitForBit()
    {
        var reached = new CheckpointStore(_folder["run"], TinyRuns.Full).Iterations()[0];
        var end = (reached / 5 + 1) * 5;
        using (var run = OpenWhenLetGo())
        {
            using var stop = new CancellationTokenSource();
            new TrainingRun(run, RuntimeCompiler.Compile, new TrainingOptions { Progress = new StopAt(end, stop) }).Run(stop.Token);
        }
        TinyRuns.Run(_folder["whole"], Long(end));
        MetaParameters.Load(Path.Combine(_folder["run"], "theta.safetensors")).Values.ToArray()
            .ShouldBe(MetaParameters.Load(Path.Combine(_folder["whole"], "theta.safetensors")).Values.ToArray());
    }

    // A process that was killed holds its files for a moment longer than it runs.
    private RunFolder OpenWhenLetGo()
    {
        var limit = Stopwatch.StartNew();
        while (true)
            try
            {
                return RunFolder.Open(_folder["run"]);
            }
            catch (VsmlException) when (limit.Elapsed < TimeSpan.FromSeconds(20))
            {
                Thread.Sleep(100);
            }
    }

    private static string ShouldBeDown(Process job, IReadOnlyList<int> ranks)
    {
        job.WaitForExit(TimeSpan.FromSeconds(60)).ShouldBeTrue();
        job.ExitCode.ShouldNotBe(0);
        var limit = Stopwatch.StartNew();
        while (ranks.Any(IsRunning)) limit.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        return job.StandardError.ReadToEnd();
    }

    private static bool IsRunning(int process) => File.Exists($"/proc/{process}/stat") && File.ReadAllText($"/proc/{process}/stat").Split(')')[^1].Trim()[0] != 'Z';

    // Processes of the tool below the launcher, in the order in which it started them.
    private static IReadOnlyList<int> Ranks(Process job)
    {
        var below = new HashSet<int> { job.Id };
        var all = Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > job.Id).Order().ToList();
        var found = new List<int>();
        foreach (var id in all)
            try
            {
                var parent = int.Parse(File.ReadAllText($"/proc/{id}/stat").Split(')')[^1].Trim().Split(' ')[1], CultureInfo.InvariantCulture);
                if (!below.Contains(parent)) continue;
                below.Add(id);
                if (File.ReadAllText($"/proc/{id}/cmdline").StartsWith("dotnet\0", StringComparison.Ordinal)) found.Add(id);
            }
            catch (IOException)
            {
                // It has ended.
            }
        found.Count.ShouldBe(3);
        return found;
    }

    private static void Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static List<string> Own(ToolRun run) => [.. run.Error.Split('\n').Where(line => line.StartsWith("vsml: ", StringComparison.Ordinal))];

    private void WriteConfiguration(RunConfiguration configuration) => File.WriteAllText(_folder["run.json"], RunConfigurationJson.Format(configuration));

    private sealed class StopAt(int iteration, CancellationTokenSource stop) : ITrainingProgress
    {
        public void Iterated(TrainingProgress progress)
        {
            if (progress.Metrics.Iteration == iteration) stop.Cancel();
        }
    }
}
