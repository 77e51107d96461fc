using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Training;

public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void StoppedAtAnyPointAndResumedIsTheSameAsUninterrupted(bool persistent)
    {
        var run = persistent ? TinyRuns.Persistent : TinyRuns.Full;
        TinyRuns.Run(_folder["whole"], run).Stop.ShouldBe(TrainingStop.Finished);
        var expected = TinyRuns.Outcome(_folder["whole"]);

        for (var point = 1; ; point++)
        {
            var folder = _folder[$"stopped-{point}"];
            var stopper = new StopAt(point);
            try
            {
                TinyRuns.Run(folder, run, new TrainingOptions { Progress = stopper });
            }
            catch (StoppedException)
            {
            }
            if (stopper.Left > 0)
            {
                point.ShouldBeGreaterThan(run.Iterations);
                break;
            }
            TinyRuns.Resume(folder, new TrainingOptions { Threads = 1 + point % 2 });
            TinyRuns.Outcome(folder).ShouldBe(expected, $"stopped at point {point}");
        }
    }

    [Fact]
    public void StoppedAgainAndAgainIsTheSameToo()
    {
        TinyRuns.Run(_folder["whole"], TinyRuns.Full);
        var folder = _folder["stopped"];
        RunFolder.Create(folder, TinyRuns.Full).Dispose();
        for (var done = false; !done;)
            try
            {
                // Two iterations, meta-tests and checkpoints a time: just enough to reach the next checkpoint.
                TinyRuns.Resume(folder, new TrainingOptions { Progress = new StopAt(5) });
                done = true;
            }
            catch (StoppedException)
            {
            }
        TinyRuns.Outcome(folder).ShouldBe(TinyRuns.Outcome(_folder["whole"]));
    }

    [Fact]
    public void TornMetricsAndDamagedCheckpointsAreOvercome()
    {
        TinyRuns.Run(_folder["whole"], TinyRuns.Full);
        var expected = TinyRuns.Outcome(_folder["whole"]);
        var metrics = Path.Combine(_folder["whole"], "metrics.jsonl");
        var log = File.ReadAllBytes(metrics);
        // What the kill tore came after the older of the two checkpoints, iteration 6 and its meta-test.
        var kept = log.AsSpan().IndexOf("{\"kind\":\"iteration\",\"iteration\":7"u8);
        for (var length = kept; length <= log.Length; length += 9)
        {
            File.WriteAllBytes(metrics, log[..length]);
            File.WriteAllText(Path.Combine(_folder["whole"], "checkpoint-7.safetensors"), "torn");
            var warned = new StopAt(int.MaxValue);
            TinyRuns.Resume(_folder["whole"], new TrainingOptions { Progress = warned });
            warned.Warnings.ShouldHaveSingleItem().ShouldContain("checkpoint-7");
            TinyRuns.Outcome(_folder["whole"]).ShouldBe(expected);
        }
    }

    [Fact]
    public void WithoutACheckpointItStartsAtTheBeginning()
    {
        TinyRuns.Run(_folder["whole"], TinyRuns.Full);
        RunFolder.Create(_folder["new"], TinyRuns.Full).Dispose();
        TinyRuns.Resume(_folder["new"]);
        TinyRuns.Outcome(_folder["new"]).ShouldBe(TinyRuns.Outcome(_folder["whole"]));
    }

    [Fact]
    public void TimeLimitAndCancellationLeaveACheckpoint()
    {
        TinyRuns.Run(_folder["whole"], TinyRuns.Full);
        var limited = TinyRuns.Run(_folder["stopped"], TinyRuns.Full, new TrainingOptions { TimeLimit = TimeSpan.Zero });
        (limited.Stop, limited.State.Iteration).ShouldBe((TrainingStop.TimeLimit, 0));
        var store = new CheckpointStore(_folder["stopped"], TinyRuns.Full);
        store.Iterations().ShouldBe([0]);

        for (var iteration = 1; iteration <= 4; iteration++)
        {
            using var cancellation = new CancellationTokenSource();
            var cancelled = TinyRuns.Resume(_folder["stopped"], new TrainingOptions { Progress = new CancelAfterIteration(cancellation) }, cancellation.Token);
            (cancelled.Stop, cancelled.State.Iteration).ShouldBe((TrainingStop.Cancelled, iteration));
            store.Iterations()[0].ShouldBe(iteration);
        }
        TinyRuns.Resume(_folder["stopped"]).Stop.ShouldBe(TrainingStop.Finished);
        TinyRuns.Outcome(_folder["stopped"]).ShouldBe(TinyRuns.Outcome(_folder["whole"]));
    }

    [Fact]
    public void CancellationDoesNotWaitForALongIteration()
    {
        // An iteration of minutes.
        var run = TinyRuns.Full with { Estimator = new EsOptions { PairCount = 2_000_000 }, Evaluation = null };
        using var folder = RunFolder.Create(_folder["run"], run);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        var result = new TrainingRun(folder, RuntimeCompiler.Compile).Run(cancellation.Token);
        (result.Stop, result.State.Iteration).ShouldBe((TrainingStop.Cancelled, 0));
        folder.Checkpoints.Iterations().ShouldBe([0]);
    }

    [Fact]
    public void MetricsMatchTheirSchemaAndStandOnce()
    {
        TinyRuns.Run(_folder["run"], TinyRuns.Full);
        var schema = JsonSchemaValidator.Of("metrics.schema.json");
        var lines = File.ReadAllLines(Path.Combine(_folder["run"], "metrics.jsonl"));
        foreach (var line in lines) schema.Problems(line).ShouldBeEmpty(line);
        lines.Count(line => line.Contains("\"kind\":\"iteration\"")).ShouldBe(7);
        lines.Count(line => line.Contains("\"kind\":\"evaluation\"")).ShouldBe(4);
    }

    [Fact]
    public void TheBestThetaIsKeptWithItsArchitecture()
    {
        var result = TinyRuns.Run(_folder["run"], TinyRuns.Full);
        var kept = MetaParameters.Load(Path.Combine(_folder["run"], "theta.safetensors"));
        kept.Architecture.ShouldBe(TinyRuns.Full.Model);
        kept.Values.ToArray().ShouldBe(result.Theta.Values.ToArray());
        kept.Values.ToArray().ShouldBe(result.State.Best!.Theta);

        result = TinyRuns.Run(_folder["without"], TinyRuns.Persistent);
        MetaParameters.Load(Path.Combine(_folder["without"], "theta.safetensors")).Values.ToArray().ShouldBe(result.State.Theta);
    }

    [Fact]
    public void TooManyLossesThatAreNotFiniteStopTheRunWithACheckpoint()
    {
        var run = TinyRuns.Full with { Estimator = new EsOptions { PairCount = 3, NoiseStd = float.MaxValue, MaxDroppedShare = 0 } };
        using var folder = RunFolder.Create(_folder["run"], run);
        Should.Throw<VsmlException>(() => new TrainingRun(folder, RuntimeCompiler.Compile).Run()).Message.ShouldContain("To replay: seed 7");
        folder.Checkpoints.Iterations().ShouldNotBeEmpty();
    }

    private sealed class StoppedException : Exception;

    /// <summary>Stops the run, as a kill would, the n-th time that it reports anything.</summary>
    private sealed class StopAt(int point) : ITrainingProgress
    {
        public int Left { get; private set; } = point;

        public List<string> Warnings { get; } = [];

        public void Iterated(TrainingProgress progress) => Count();

        public void Evaluated(EvaluationMetrics metrics) => Count();

        public void Saved(string path) => Count();

        public void Warned(string message) => Warnings.Add(message);

        private void Count()
        {
            if (--Left == 0) throw new StoppedException();
        }
    }

    private sealed class CancelAfterIteration(CancellationTokenSource source) : ITrainingProgress
    {
        public void Iterated(TrainingProgress progress) => source.Cancel();
    }
}
