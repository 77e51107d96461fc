namespace Vsml.MetaTraining;

/// <summary>
/// Where a run stands between two meta-iterations: with the configuration, all that the rest of the run depends on. All random
/// streams are named by seed and iteration (<see cref="Numerics.RandomKey"/>), so these two are the whole state of the randomness.
/// </summary>
public sealed record TrainingState
{
    /// <summary>Meta-iterations done.</summary>
    public required int Iteration { get; init; }

    /// <summary>The flat meta-parameters.</summary>
    public required float[] Theta { get; init; }

    /// <summary>The optimizer's moments.</summary>
    public required OptimizerState Optimizer { get; init; }

    /// <summary>The moving average of theta (<see cref="RunConfiguration.Averaging"/>); null without one, and before the first meta-iteration.</summary>
    public double[]? Average { get; init; }

    /// <summary>The theta to test and to keep: the average, or theta itself where there is none.</summary>
    public float[] Result => Average is null ? Theta : Array.ConvertAll(Average, value => (float)value);

    /// <summary>Where unfinished episodes stand.</summary>
    public UnrollState Unroll { get; init; } = UnrollState.Empty;

    /// <summary>The iteration of the last periodic meta-test, or -1.</summary>
    public int LastEvaluated { get; init; } = -1;

    /// <summary>The best theta of the periodic meta-tests so far, or null.</summary>
    public BestTheta? Best { get; init; }
}

/// <summary>The theta that did best in a periodic meta-test.</summary>
/// <param name="Iteration">Meta-iterations done when it was tested.</param>
/// <param name="Score">Mean accuracy over the held-out tasks.</param>
/// <param name="Theta">The flat meta-parameters.</param>
public sealed record BestTheta(int Iteration, double Score, float[] Theta);
