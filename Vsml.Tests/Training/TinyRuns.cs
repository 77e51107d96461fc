using System.Text.RegularExpressions;
using Vsml.Contracts;
using Vsml.MetaTraining;

namespace Vsml.Tests.Training;

/// <summary>Runs of a few milliseconds that use all that a run can have: several tasks, layouts and stages, meta-tests, checkpoints.</summary>
internal static class TinyRuns
{
    /// <summary>Full ES on generated data.</summary>
    public static RunConfiguration Full { get; } = new()
    {
        Model = new Architecture
        {
            StateSize = 4,
            MessageSize = 3,
            LabelFeedback = true,
            Schedule = new TickSchedule { MicroTicks = new([1]), BackwardSweep = BackwardSweep.Separate },
            Layers = new(new LayerSpec[] { new DenseLayerSpec(2, 2) }),
        },
        InitialInputGateBias = 3,
        Seed = 7,
        Tasks = new(
        [
            new TaskShare(2, new TransformedTask(new RandomTask { Vectors = 6, Inputs = 5 }, new LabelPermutation())),
            new TaskShare(1, new TransformedTask(new RandomTask { Vectors = 4, Inputs = 9 }, new RandomProjection(), new InputScaleJitter())),
        ]),
        Stages = new(
        [
            new TrainingStage { Iterations = 4, EpisodeLength = 5, Inputs = new([4]), Classes = 2 },
            new TrainingStage { Iterations = 3, EpisodeLength = 6, Inputs = new([3, 5]), Classes = 3 },
        ]),
        LearningRate = new LearningRateSchedule { Values = new([0.05, 0.02, 0.01]), WarmUpIterations = 2 },
        Estimator = new EsOptions { PairCount = 5 },
        Evaluation = new EvaluationConfiguration
        {
            Interval = 3,
            Episodes = 4,
            EpisodeLength = 6,
            Tasks = new([new EvaluationTask("memory", new RandomTask { Inputs = 7, Classes = 4 }), new EvaluationTask("sum", new SumSignTask { Inputs = 3 })]),
        },
        Checkpoints = new CheckpointConfiguration { Interval = 2, Kept = 2 },
        Simd = SimdLevels.Widest,
    };

    /// <summary>Persistent ES with truncations of changing length, whose unroll state a checkpoint must keep.</summary>
    public static RunConfiguration Persistent { get; } = Full with
    {
        Estimator = new EsOptions { PairCount = 4, Variant = EsVariant.Persistent, Shaping = FitnessShaping.CentredRanks, Truncation = TruncationSchedule.LogUniform(1, 4) },
        Optimizer = new MomentumSgd { WeightDecay = 0.01, ClipNorm = 0.5 },
        Evaluation = null,
        Stages = new([new TrainingStage { Iterations = 5, EpisodeLength = 7, Inputs = new([3, 4]) }, new TrainingStage { Iterations = 3, EpisodeLength = 9, Inputs = new([4]) }]),
    };

    /// <summary>Truncated ES: learners go on from where unperturbed theta leads.</summary>
    public static RunConfiguration Truncated { get; } = WithTruncation(EsVariant.Truncated);

    /// <summary>Noise-Reuse ES: the noise of an episode comes again in every window.</summary>
    public static RunConfiguration NoiseReuse { get; } = WithTruncation(EsVariant.NoiseReuse);

    /// <summary>Backpropagation through windows that overlap, so that learners stand in the middle of an episode.</summary>
    public static RunConfiguration Bptt { get; } = Persistent with
    {
        Estimator = new BpttOptions { EpisodeCount = 3, Stride = 2, Truncation = TruncationSchedule.Constant(3) },
        Optimizer = new Adam(),
    };

    /// <summary>Stages with tasks and truncations of their own, whose episodes stand at different places; and an average of theta.</summary>
    public static RunConfiguration Staggered { get; } = Bptt with
    {
        Estimator = new BpttOptions { EpisodeCount = 3 },
        Averaging = 0.7,
        Stages = new(
        [
            new TrainingStage { Iterations = 3, EpisodeLength = 5, Inputs = new([3, 4]) },
            new TrainingStage { Iterations = 6, EpisodeLength = 8, Tasks = new([new SumSignTask { Inputs = 3 }]), Truncation = TruncationSchedule.Constant(2, staggered: true) },
        ]),
    };

    /// <summary>Persistent ES whose episodes stand at different places.</summary>
    public static RunConfiguration StaggeredEs { get; } = Persistent with
    {
        Estimator = new EsOptions { PairCount = 4, Variant = EsVariant.Persistent, Truncation = TruncationSchedule.Constant(2, staggered: true) },
    };

    /// <summary>One run for every way to estimate the gradient.</summary>
    public static IReadOnlyDictionary<string, RunConfiguration> Estimators { get; } = new Dictionary<string, RunConfiguration>
    {
        ["es"] = Full, ["truncated-es"] = Truncated, ["pes"] = Persistent, ["nres"] = NoiseReuse, ["bptt"] = Bptt, ["staggered"] = Staggered, ["staggered-pes"] = StaggeredEs,
    };

    private static RunConfiguration WithTruncation(EsVariant variant) => Persistent with
    {
        Estimator = new EsOptions { PairCount = 4, Variant = variant, Truncation = TruncationSchedule.Constant(2) },
    };

    /// <summary>Runs a new run in a folder to its end.</summary>
    public static TrainingResult Run(string folder, RunConfiguration configuration, TrainingOptions? options = null)
    {
        using var run = RunFolder.Create(folder, configuration);
        return new TrainingRun(run, RuntimeCompiler.Compile, options).Run();
    }

    /// <summary>Goes on with the run of a folder.</summary>
    public static TrainingResult Resume(string folder, TrainingOptions? options = null, CancellationToken cancellation = default)
    {
        using var run = RunFolder.Open(folder);
        return new TrainingRun(run, RuntimeCompiler.Compile, options).Run(cancellation);
    }

    /// <summary>All that must be the same in two runs, as text: metrics without times, theta, and the last checkpoint.</summary>
    public static string Outcome(string folder)
    {
        var metrics = Regex.Replace(File.ReadAllText(Path.Combine(folder, "metrics.jsonl")), ",?\"[A-Za-z]*(Seconds|PerSecond)\":[^,}]*", "");
        var last = new CheckpointStore(folder, Full).Iterations()[0];
        return string.Join('\n', File.ReadAllText(Path.Combine(folder, "run.json")), metrics, last,
            Convert.ToHexString(File.ReadAllBytes(Path.Combine(folder, "theta.safetensors"))),
            Convert.ToHexString(File.ReadAllBytes(Path.Combine(folder, $"checkpoint-{last}.safetensors"))));
    }
}
