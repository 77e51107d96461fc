using Vsml.Contracts;

namespace Vsml.MetaTraining;

/// <summary>
/// All that decides the bits of a meta-training run (schemas/run.schema.json). Whatever changes theta is counted in
/// meta-iterations. Compared by value.
/// </summary>
public sealed record RunConfiguration
{
    /// <summary>The architecture; each task and stage sets the sizes of its inputs and outputs (<see cref="Layouts"/>).</summary>
    public Architecture Model { get; init; } = new();

    /// <summary>Initial bias of the i gates in theta; +3 removes a long plateau at the start. Default 0.</summary>
    public float InitialInputGateBias { get; init; }

    /// <summary>Seed of all randomness. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What episodes are drawn from, and how often each.</summary>
    public EquatableArray<TaskShare> Tasks { get; init; }

    /// <summary>The stages, one after the other.</summary>
    public EquatableArray<TrainingStage> Stages { get; init; }

    /// <summary>The learning rate.</summary>
    public LearningRateSchedule LearningRate { get; init; } = new();

    /// <summary>How gradients are estimated. Default full ES.</summary>
    public EstimatorConfiguration Estimator { get; init; } = new EsConfiguration(new EsOptions());

    /// <summary>How gradients become steps. Default Adam.</summary>
    public IMetaOptimizer Optimizer { get; init; } = new Adam();

    /// <summary>Largest norm of a gradient, 0 for no clipping. Default 0.</summary>
    public double ClipNorm { get; init; }

    /// <summary>Periodic meta-tests; none if null.</summary>
    public EvaluationConfiguration? Evaluation { get; init; }

    /// <summary>Meta-iterations from one checkpoint to the next. Default 50.</summary>
    public int CheckpointInterval { get; init; } = 50;

    /// <summary>How many of the newest checkpoints are kept. Default 3.</summary>
    public int CheckpointsKept { get; init; } = 3;

    /// <summary>SIMD level of the kernels, on which the bits depend; the machine's widest if null.</summary>
    public SimdLevel? Simd { get; init; }

    /// <summary>Meta-iterations of all stages.</summary>
    public int Iterations => Stages.Sum(stage => stage.Iterations);

    /// <summary>The stage of an iteration.</summary>
    /// <param name="iteration">The iteration, from 0 to <see cref="Iterations"/> - 1.</param>
    /// <returns>Index into <see cref="Stages"/>.</returns>
    public int StageAt(int iteration)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(iteration);
        for (var (s, end) = (0, 0); s < Stages.Count; s++)
            if (iteration < (end += Stages[s].Iterations)) return s;
        throw new ArgumentOutOfRangeException(nameof(iteration), iteration, $"The run has {Iterations} iterations.");
    }
}
