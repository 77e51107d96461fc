namespace Vsml.MetaTraining;

/// <summary>
/// One meta-iteration's windows of a range of a meta-batch. Tasks and initial cells follow from it, so that any runner computes the same losses
/// and gradients, but for the last digits of another device.
/// </summary>
public sealed record GradientRequest
{
    /// <summary>Seed of the run.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The meta-iteration.</summary>
    public required uint Iteration { get; init; }

    /// <summary>First episode of the range.</summary>
    public int FirstEpisode { get; init; }

    /// <summary>Number of episodes.</summary>
    public required int EpisodeCount { get; init; }

    /// <summary>The flat meta-parameters.</summary>
    public required ReadOnlyMemory<float> Theta { get; init; }

    /// <summary>What the episodes are drawn from.</summary>
    public required EpisodeSource Episodes { get; init; }

    /// <summary>Examples of this iteration's windows, or fewer where an episode ends.</summary>
    public required int Length { get; init; }

    /// <summary>Examples of the longest window of any iteration: memory is planned for it, and a mean loss is the sum divided by it.</summary>
    public required int Longest { get; init; }

    /// <summary>Examples by which an episode goes on; 0 for the whole window.</summary>
    public int Stride { get; init; }

    /// <summary>Bytes that the states kept for the reverse pass may take.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Where the episodes stand.</summary>
    public UnrollState State { get; init; } = UnrollState.Empty;

    /// <summary>What names an episode of the range in random streams.</summary>
    internal uint StreamOf(int index) => (uint)(FirstEpisode + index);

    /// <summary>What the sum of an episode's losses is divided by.</summary>
    public int Nominal => Episodes.Loss == EpisodeLoss.Last ? 1 : Longest;

    /// <summary>Checks that the state is that of these episodes.</summary>
    internal void CheckState()
    {
        if (State.PairCount != 0 && State.PairCount != EpisodeCount)
            throw new VsmlException($"The unroll state is that of {State.PairCount} episodes, but there are {EpisodeCount}.");
    }

    /// <summary>Checks that theta is that of a model.</summary>
    internal void CheckTheta(VsmlModel model)
    {
        if (model.Parameters.Count != Theta.Length)
            throw new VsmlException($"theta has {Theta.Length} values, but the model of {model.Architecture.InputSize} inputs and {model.Architecture.OutputSize} outputs has {model.Parameters.Count} meta-parameters.");
    }
}
