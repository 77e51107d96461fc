namespace Vsml.MetaTraining;

/// <summary>Hyper-parameters of backpropagation through time.</summary>
public sealed record BpttOptions
{
    /// <summary>Episodes of the meta-batch. Published: 128.</summary>
    public int EpisodeCount { get; init; } = 128;

    /// <summary>Examples by which an episode goes on between two meta-iterations; 0 for the whole truncation window.</summary>
    public int Stride { get; init; }

    /// <summary>Bytes that the states kept for the reverse pass may take, on all threads together.</summary>
    public long MemoryBudget { get; init; } = 1L << 30;

    /// <summary>Share of episodes that may drop out with a loss or gradient that is not finite.</summary>
    public double MaxDroppedShare { get; init; } = 0.5;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="VsmlException">An option is out of range.</exception>
    public void Validate()
    {
        if (EpisodeCount < 1) throw new VsmlException($"A meta-batch of {EpisodeCount} episodes is impossible; give 1 or more.");
        if (Stride < 0) throw new VsmlException($"A stride of {Stride} examples is impossible; give 1 or more, or 0 for the whole window.");
        if (MemoryBudget < 1) throw new VsmlException($"A memory budget of {MemoryBudget} bytes is impossible; give 1 or more.");
        if (!(MaxDroppedShare is >= 0 and <= 1)) throw new VsmlException($"The share of episodes that may drop out is {MaxDroppedShare}; it must lie in 0..1.");
    }
}
