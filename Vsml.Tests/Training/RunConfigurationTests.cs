using Vsml.Contracts;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Training;

public sealed class RunConfigurationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EverythingWrongIsSaidAtOnce()
    {
        var run = TinyRuns.Full with
        {
            Model = TinyRuns.Full.Model with { StateSize = 0 },
            InitialInputGateBias = float.NaN,
            Stages = [TinyRuns.Full.Stages[0] with { Iterations = 0 }, TinyRuns.Full.Stages[1] with { EpisodeLength = -1, Inputs = [3, 0] }],
            LearningRate = new LearningRateSchedule { Values = [0.1, 0.2], WarmUpIterations = -1 },
            Estimator = new EsOptions { PairCount = 0, NoiseStd = 0, Variant = (EsVariant)9 },
            Optimizer = new Adam { Beta1 = 1, ClipNorm = double.PositiveInfinity },
            Evaluation = TinyRuns.Full.Evaluation! with { Interval = 0, Tasks = [new("a", new RandomTask { Inputs = 0 }), new("a", null!)] },
            Checkpoints = new CheckpointConfiguration { Interval = 0, Kept = -1 },
            Simd = (SimdLevel)77,
        };
        run.Validate().Select(problem => problem.ToString()).ShouldBe(
        [
            "model.stateSize: State size 0 is outside 1..128.",
            "initialInputGateBias: it must be finite.",
            "stages[0].iterations: it must be at least 1, not 0.",
            "stages[1].episodeLength: it must be at least 1, not -1.",
            "stages[1].inputs[1]: it must be at least 1, not 0.",
            "learningRate.warmUpIterations: it must be at least 0, not -1.",
            "estimator.type: 9 is none of es, truncated-es, pes and nres.",
            "estimator.pairs: it must be at least 1, not 0.",
            "estimator.noiseStd: it must be at least 1E-09, not 0.",
            "optimizer.beta1: it must be at least 0 and at most 0.999999, not 1.",
            "optimizer.clipNorm: it must be finite.",
            "evaluation.interval: it must be at least 1, not 0.",
            "evaluation.tasks[0].task.inputs: it must be at least 1 and at most 1048576, not 0.",
            "evaluation.tasks[1].task: it must not be null.",
            "checkpoints.interval: it must be at least 1, not 0.",
            "checkpoints.kept: it must be at least 1, not -1.",
            "simd: 77 is none of portable, avx2 and avx512.",
        ]);
    }

    public static TheoryData<RunConfiguration, string> Misfits => new()
    {
        { TinyRuns.Full with { LearningRate = new() { Values = [0.1, 0.2] } }, "learningRate.values: there are 2 values for 2 stages; give 3, one at the start and one at each stage's end, or a single one." },
        { TinyRuns.Full with { Checkpoints = new() { Interval = 0 } }, "checkpoints.interval: it must be at least 1, not 0." },
        { TinyRuns.Full with { Evaluation = TinyRuns.Full.Evaluation! with { Interval = 0 } }, "evaluation.interval: it must be at least 1, not 0." },
        { TinyRuns.Full with { InitialTheta = "theta.safetensors" }, "initialInputGateBias: it is for a theta that is drawn at random, but initialTheta gives one; leave out either." },
        { TinyRuns.Full with { InitialThetaSha256 = "12" }, "initialThetaSha256: it is the digest of initialTheta, which is left out." },
        { TinyRuns.Full with { Stages = [] }, "stages: it must not be empty." },
        { TinyRuns.Full with { Stages = [new() { Iterations = int.MaxValue, EpisodeLength = 9 }, new() { EpisodeLength = 9 }] }, "stages: there are 2147483648 iterations, above 2147483647." },
        { TinyRuns.Full with { Estimator = new BpttOptions { MemoryMiB = 0 } }, "estimator.memoryMiB: it must be at least 0.001 and at most 1000000000, not 0." },
        { TinyRuns.Full with { Estimator = new BpttOptions { Stride = 2 } }, "estimator.stride: a stride needs a truncation, whose window it moves on." },
        { TinyRuns.Full with { Estimator = new BpttOptions { Stride = 4, Truncation = TruncationSchedule.LogUniform(3, 5) } }, "estimator.stride: a stride of 4 examples is longer than the truncation of 3, so that examples would be left out; shorten it." },
        { TinyRuns.Full with { Averaging = 1 }, "averaging: it must be at least 0 and at most 0.999999999, not 1." },
        { WithStage(new BpttOptions { Truncation = TruncationSchedule.Constant(6) }, TruncationSchedule.Constant(9)), "stages[0].truncation: a truncation of 9 examples is longer than the episode of 8; shorten it, or lengthen the episode." },
        { WithStage(new BpttOptions { Truncation = TruncationSchedule.Constant(6), Stride = 4 }, TruncationSchedule.Constant(3)), "stages[0].truncation: a stride of 4 examples is longer than the truncation of 3, so that examples would be left out; shorten it." },
        { WithStage(new EsOptions(), TruncationSchedule.Constant(3)), "stages[0].truncation: es runs whole episodes; take truncated-es, pes or nres for parts of them." },
        { WithStage(new BpttOptions(), TruncationSchedule.Constant(0)), "stages[0].truncation.length: it must be at least 1, not 0." },
        { TinyRuns.Full with { Estimator = new BpttOptions { Truncation = TruncationSchedule.Constant(6) } }, "estimator.truncation: a truncation of 6 examples is longer than the episode of 5; shorten it, or lengthen the episode." },
        { TinyRuns.Full with { Evaluation = TinyRuns.Full.Evaluation! with { Tasks = [new("half \ud800 pair", new SumSignTask())] } }, "evaluation.tasks[0].name: it is no text: half of a surrogate pair stands alone in it." },
    };

    [Theory]
    [MemberData(nameof(Misfits))]
    public void WhatIsWrongIsRefusedBeforeARunBegins(RunConfiguration run, string message)
    {
        run.Validate().ShouldHaveSingleItem().ToString().ShouldBe(message);
        Should.Throw<VsmlException>(() => new MetaTrainer(run, RuntimeCompiler.Compile)).Message.ShouldBe(message);
        Should.Throw<VsmlException>(() => RunFolder.Create(_folder["run"], run)).Message.ShouldBe(message);
        Directory.Exists(_folder["run"]).ShouldBeFalse();
    }

    [Fact]
    public void AStagesTruncationTakesThePlaceOfTheEstimators() =>
        WithStage(new BpttOptions { Truncation = TruncationSchedule.Constant(100) }, TruncationSchedule.Constant(8, staggered: true)).Validate().ShouldBeEmpty();

    [Fact]
    public void WhateverPassesIsWrittenAndReadAgainEqual()
    {
        var random = new RandomConfigurations(1);
        var passed = 0;
        for (var i = 0; i < 1500; i++)
        {
            var run = random.Next();
            if (run.Validate().Count > 0)
            {
                Should.Throw<VsmlException>(() => RunFolder.Create(_folder["refused"], run));
                continue;
            }
            RunConfigurationJson.Parse(RunConfigurationJson.Format(run), "again").ShouldBe(run);
            if (run.Simd > SimdLevels.Widest) continue;
            var folder = _folder[$"run{passed++}"];
            // Digests made at random are those of no data.
            run = run with { Data = [], InitialTheta = null, InitialThetaSha256 = null, Simd = run.Simd ?? SimdLevels.Widest };
            RunFolder.Create(folder, run).Dispose();
            using var opened = RunFolder.Open(folder);
            opened.Configuration.ShouldBe(RunData.Record(run));
        }
        Directory.Exists(_folder["refused"]).ShouldBeFalse();
        passed.ShouldBeInRange(60, 1350);
    }

    private static RunConfiguration WithStage(EstimatorConfiguration estimator, TruncationSchedule truncation) => TinyRuns.Full with
    {
        Estimator = estimator,
        Stages = new([new TrainingStage { Iterations = 2, EpisodeLength = 8, Inputs = new([4]), Classes = 2, Truncation = truncation }]),
        LearningRate = new LearningRateSchedule { Values = new([0.01]) },
    };
}
