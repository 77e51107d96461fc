namespace Vsml.MetaTraining;

/// <summary>
/// One meta-iteration's episodes of a range of antithetic pairs. All that a runner needs: noise, tasks and initial cells follow
/// from it, so any runner on any machine computes the same losses.
/// </summary>
public sealed record PopulationRequest
{
    /// <summary>Seed of the run.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The meta-iteration.</summary>
    public required uint Iteration { get; init; }

    /// <summary>First pair of the range.</summary>
    public int FirstPair { get; init; }

    /// <summary>Number of pairs.</summary>
    public required int PairCount { get; init; }

    /// <summary>The flat meta-parameters.</summary>
    public required ReadOnlyMemory<float> Theta { get; init; }

    /// <summary>Sigma, the standard deviation of the noise.</summary>
    public required float NoiseStd { get; init; }

    /// <summary>The strategy: which noise a pair meets, and what its learners go on from.</summary>
    public EsVariant Variant { get; init; } = EsVariant.Full;

    /// <summary>What the episodes are drawn from.</summary>
    public required EpisodeSource Episodes { get; init; }

    /// <summary>Examples to run of each episode, or fewer where an episode ends.</summary>
    public required int Length { get; init; }

    /// <summary>Where the range's episodes stand.</summary>
    public UnrollState State { get; init; } = UnrollState.Empty;
}
