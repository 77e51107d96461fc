namespace Vsml.MetaTraining;

/// <summary>What is known about one meta-iteration.</summary>
public sealed record IterationMetrics
{
    /// <summary>Meta-iterations done, this one included.</summary>
    public required int Iteration { get; init; }

    /// <summary>Index of the stage.</summary>
    public required int Stage { get; init; }

    /// <summary>Mean loss per example that counts, or null if none did.</summary>
    public required double? Loss { get; init; }

    /// <summary>Share of right predictions among these, at perturbed theta; or null.</summary>
    public required double? Accuracy { get; init; }

    /// <summary>The learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Norm of the gradient before clipping, or null if there was none.</summary>
    public required double? GradientNorm { get; init; }

    /// <summary>Pairs that dropped out for losses that are not finite; with the run's seed, what to replay.</summary>
    public required IReadOnlyList<DroppedPair> Dropped { get; init; }

    /// <summary>Whether theta stayed as it was because there was no finite gradient.</summary>
    public required bool Skipped { get; init; }

    /// <summary>Examples run, of all learners together.</summary>
    public required long Examples { get; init; }

    /// <summary>Distinct tasks drawn since the run began, as expected of the episodes begun; null where the estimator does not tell their number.</summary>
    public long? Tasks { get; init; }
}
