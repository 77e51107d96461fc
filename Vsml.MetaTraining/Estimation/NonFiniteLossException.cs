using System.Globalization;

namespace Vsml.MetaTraining;

/// <summary>
/// Too many episodes of a meta-iteration ended in losses that are not finite. The message is one line and names what to replay.
/// </summary>
public sealed class NonFiniteLossException : Exception
{
    private const int MaxListed = 8;

    /// <summary>Makes the exception.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="iteration">The meta-iteration.</param>
    /// <param name="dropped">The pairs.</param>
    /// <param name="pairCount">How many pairs there are.</param>
    /// <param name="maxShare">The share that may drop out.</param>
    public NonFiniteLossException(ulong seed, uint iteration, IReadOnlyList<DroppedPair> dropped, int pairCount, double maxShare)
        : base(Describe(seed, iteration, dropped, pairCount, maxShare))
    {
        Seed = seed;
        Iteration = iteration;
        Dropped = dropped;
    }

    /// <summary>Seed of the run.</summary>
    public ulong Seed { get; }

    /// <summary>The meta-iteration.</summary>
    public uint Iteration { get; }

    /// <summary>The pairs that dropped out.</summary>
    public IReadOnlyList<DroppedPair> Dropped { get; }

    private static string Describe(ulong seed, uint iteration, IReadOnlyList<DroppedPair> dropped, int pairCount, double maxShare)
    {
        var listed = string.Join(", ", dropped.Take(MaxListed).Select(pair => $"{pair.Pair} (begun in {pair.Began})"));
        var more = dropped.Count > MaxListed ? ", ..." : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"Iteration {iteration}: {dropped.Count} of {pairCount} episodes ended in losses that are not finite, more than the share of {maxShare} allowed. To replay: seed {seed}, iteration {iteration}, {listed}{more}. Lower the learning rate or the noise.");
    }
}
