using System.Globalization;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Training;

public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Estimators => [.. TinyRuns.Estimators.Keys];

    [Theory]
    [MemberData(nameof(Estimators))]
    public void KilledAtAnyPointAndResumedIsTheSameAsUninterrupted(string estimator)
    {
        var run = TinyRuns.Estimators[estimator];
        var copies = new CopyAtEveryPoint(_folder["whole"], _folder["killed"]);
        TinyRuns.Run(_folder["whole"], run, new TrainingOptions { Progress = copies }).Stop.ShouldBe(TrainingStop.Finished);
        var expected = TinyRuns.Outcome(_folder["whole"]);
        copies.Folders.Count.ShouldBeGreaterThan(run.Iterations);
        for (var point = 0; point < copies.Folders.Count; point++)
        {
            TinyRuns.Resume(copies.Folders[point], new TrainingOptions { Threads = 1 + point % 2 });
            TinyRuns.Outcome(copies.Folders[point]).ShouldBe(expected, $"killed at point {point}");
        }
    }

    [Theory]
    [MemberData(nameof(Estimators))]
    public void StoppedAfterEveryIterationIsTheSameToo(string estimator)
    {
        var run = TinyRuns.Estimators[estimator];
        TinyRuns.Run(_folder["whole"], run);
        RunFolder.Create(_folder["stopped"], run).Dispose();
        for (var iteration = 1; iteration <= run.Iterations; iteration++)
        {
            var thrown = Should.Throw<StoppedException>(() => TinyRuns.Resume(_folder["stopped"], new TrainingOptions { Progress = new ThrowAfterIteration() }));
            thrown.Iteration.ShouldBe(iteration);
        }
        TinyRuns.Resume(_folder["stopped"]).Stop.ShouldBe(TrainingStop.Finished);
        TinyRuns.Outcome(_folder["stopped"]).ShouldBe(TinyRuns.Outcome(_folder["whole"]));
    }

    [Fact]
    public void ProgressThatFailsEndsTheRunButLosesNothing()
    {
        var failing = new ThrowAfterIteration();
        Should.Throw<StoppedException>(() => TinyRuns.Run(_folder["run"], TinyRuns.Full with { Checkpoints = new CheckpointConfiguration { Interval = 1000 } }, new TrainingOptions { Progress = failing }));
        new CheckpointStore(_folder["run"], TinyRuns.Full).Iterations().ShouldBe([1]);
    }

    [Fact]
    public void AStepToInfinityStopsTheRunWithACheckpoint()
    {
        MetaTraining.Parts.Register<ToInfinity>("to-infinity");
        using var folder = RunFolder.Create(_folder["run"], TinyRuns.Full with { Optimizer = new ToInfinity(), Checkpoints = new CheckpointConfiguration { Interval = 1000 } });
        Should.Throw<VsmlException>(() => new TrainingRun(folder, RuntimeCompiler.Compile).Run()).Message.ShouldContain("Lower the learning rate");
        folder.Checkpoints.Iterations().ShouldBe([3]);
        File.ReadLines(folder.MetricsPath).Count(line => line.Contains("\"kind\":\"iteration\"")).ShouldBe(3);
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
            var warned = new CollectWarnings();
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
    public void WithoutMetaTestsTheAverageOfThetaIsWritten()
    {
        var state = TinyRuns.Run(_folder["run"], TinyRuns.Staggered).State;
        state.Result.ShouldNotBe(state.Theta);
        MetaParameters.Load(_folder["run/theta.safetensors"]).Values.ToArray().ShouldBe(state.Result);
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

    /// <summary>Stays where it is for three steps; its state is of a length of its own.</summary>
    [VsmlPart("to-infinity")]
    private sealed record ToInfinity : IMetaOptimizer
    {
        public OptimizerState Initial(int parameterCount) => new(0, new Dictionary<string, double[]> { ["length"] = [1, 2] });

        public void Step(OptimizerState state, ReadOnlySpan<float> gradient, double learningRate, Span<float> theta)
        {
            if (state.Steps++ == 3) theta[0] = float.PositiveInfinity;
        }
    }

    private sealed class StoppedException(int iteration) : Exception
    {
        public int Iteration => iteration;
    }

    /// <summary>Copies the run folder each time that anything is reported: what a kill at that moment leaves.</summary>
    private sealed class CopyAtEveryPoint(string folder, string copies) : ITrainingProgress
    {
        public List<string> Folders { get; } = [];

        public void Iterated(TrainingProgress progress) => Copy();

        public void Evaluated(EvaluationMetrics metrics) => Copy();

        public void Planned(TapeMemory memory) => Copy();

        public void Saved(string path) => Copy();

        public void Warned(string message) => throw new InvalidOperationException(message);

        private void Copy()
        {
            var copy = Directory.CreateDirectory(Path.Combine(copies, Folders.Count.ToString(CultureInfo.InvariantCulture))).FullName;
            foreach (var file in Directory.GetFiles(folder).Where(file => Path.GetFileName(file) != "lock")) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            Folders.Add(copy);
        }
    }

    private sealed class ThrowAfterIteration : ITrainingProgress
    {
        public void Iterated(TrainingProgress progress) => throw new StoppedException(progress.Metrics.Iteration);
    }

    private sealed class CollectWarnings : ITrainingProgress
    {
        public List<string> Warnings { get; } = [];

        public void Warned(string message) => Warnings.Add(message);
    }

    private sealed class CancelAfterIteration(CancellationTokenSource source) : ITrainingProgress
    {
        public void Iterated(TrainingProgress progress) => source.Cancel();
    }
}
