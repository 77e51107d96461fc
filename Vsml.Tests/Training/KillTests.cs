using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;

namespace Vsml.Tests.Training;

public sealed class KillTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Estimators => [.. TinyRuns.Estimators.Keys];

    [Theory]
    [MemberData(nameof(Estimators))]
    public void KilledAgainAndAgainATrainingProcessEndsWithTheSameBits(string estimator)
    {
        // Long enough to be killed in the middle, with a checkpoint every other iteration.
        var run = TinyRuns.Estimators[estimator];
        run = run with { Stages = new([run.Stages[0] with { Iterations = 150 }, run.Stages[1] with { Iterations = 150 }]) };
        TinyRuns.Run(_folder["whole"], run);
        File.WriteAllText(_folder["run-config.json"], RunConfigurationJson.Format(run));

        var folder = _folder["killed"];
        var metrics = Path.Combine(folder, "metrics.jsonl");
        string[] command = ["train", "--config", _folder["run-config.json"], "--out", folder];
        var kills = 0;
        foreach (var lines in new[] { 1, 60, 200 })
        {
            using var process = ToolRun.Start("dotnet", [ToolRun.Assembly, .. command]);
            while (!process.HasExited && (!File.Exists(metrics) || File.ReadLines(metrics).Count() < lines)) Thread.Sleep(1);
            if (!process.HasExited) kills++;
            process.Kill();
            process.WaitForExit();
            command = ["train", "--resume", folder];
        }
        kills.ShouldBeGreaterThan(0);
        ToolRun.OfProcess("dotnet", [ToolRun.Assembly, "train", "--resume", folder]).ShouldSucceed();
        TinyRuns.Outcome(folder).ShouldBe(TinyRuns.Outcome(_folder["whole"]));
    }
}
