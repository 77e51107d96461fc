using System.Runtime.Versioning;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;
using Vsml.Tests.Training;

namespace Vsml.Tests.Scale;

/// <summary>Jobs under a real SLURM of one node. They take a minute or two, most of it waiting.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SlurmJobTests : IDisposable
{
    private const int Iterations = 240, Milliseconds = 250;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(8);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SlurmFact]
    public void A_job_that_meets_its_time_limit_queues_itself_and_ends_with_the_bits_of_one_run()
    {
        WaitingOptimizer.Compile(_folder["Acme.Parts.dll"]);
        var run = TinyRuns.Persistent with
        {
            Stages = new([TinyRuns.Persistent.Stages[0] with { Iterations = Iterations }]),
            LearningRate = new LearningRateSchedule { Values = new([0.01]) },
            Checkpoints = new CheckpointConfiguration { Interval = 1000, Kept = 2 },
        };
        File.WriteAllText(_folder["run.json"], WaitingOptimizer.In(run));
        string[] train = ["train", "--config", _folder["run.json"], "--assembly", _folder["Acme.Parts.dll"], "--threads", "1"];
        ToolRun.OfProcess("dotnet", [ToolRun.Assembly, .. train, "--out", _folder["whole"]]).ShouldSucceed();
        ToolRun.InProcess(["slurm", "--tasks-per-node", "2", "--minutes", "1", "--stop-before", "10", "--script", _folder["job.sh"], "--", .. train, "--out", _folder["run"]]).ShouldSucceed();

        using var cluster = new SlurmCluster();
        cluster.Run(_folder["job.sh"], s_longest, "-o", _folder["out"], $"--export=ALL,{WaitingOptimizer.Pause}={Milliseconds}");
        var output = File.ReadAllText(_folder["out"]);
        output.ShouldContain("interrupted after");
        output.ShouldContain($"finished after {Iterations} of {Iterations} iterations");
        TinyRuns.Outcome(_folder["run"]).ShouldBe(TinyRuns.Outcome(_folder["whole"]));
    }

    [SlurmFact]
    public void A_sweep_runs_as_an_array_of_jobs()
    {
        File.WriteAllText(_folder["run.json"], RunConfigurationJson.Format(TinyRuns.Full));
        File.WriteAllText(_folder["grid.json"], $$"""{ "config": "{{_folder["run.json"]}}", "seeds": [1, 2], "grid": { "estimator.noiseStd": [0.05, 0.1] } }""");
        string[] sweep = ["sweep", _folder["grid.json"], "--out", _folder["sweep"]];
        ToolRun.InProcess(["slurm", "--minutes", "10", "--script", _folder["array.sh"], "--", .. sweep, "--threads", "1"]).ShouldSucceed();

        using var cluster = new SlurmCluster();
        cluster.Run(_folder["array.sh"], s_longest, "-o", _folder["out-%a"]);
        ToolRun.InProcess([.. sweep[..2], "--out", _folder["alone"]]).ShouldSucceed();
        for (var i = 0; i < 4; i++) TinyRuns.Outcome(_folder[$"sweep/run-000{i}"]).ShouldBe(TinyRuns.Outcome(_folder[$"alone/run-000{i}"]), File.ReadAllText(_folder[$"out-{i}"]));
        ToolRun.InProcess([.. sweep, "--collect"]).ShouldSucceed().Output.Split('\n').Count(line => line.Contains("finished", StringComparison.Ordinal)).ShouldBe(4);
    }
}
