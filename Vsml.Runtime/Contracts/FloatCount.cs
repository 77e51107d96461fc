namespace Vsml.Contracts;

/// <summary>Lengths of the blocks that a batch needs, without wrapping.</summary>
internal static class FloatCount
{
    // AlignedFloats takes one cache line more than it is asked for.
    private static readonly long s_most = Array.MaxLength - LayerStorage.BlockLanes;

    /// <summary>Floats of a block.</summary>
    /// <param name="what">What it holds, for the error.</param>
    /// <param name="batch">Examples that share a tick.</param>
    /// <param name="perExample">Floats of one example.</param>
    /// <param name="shared">Floats that do not grow with the batch.</param>
    /// <exception cref="VsmlException">More than one array can hold.</exception>
    public static int Of(string what, int batch, long perExample, long shared = 0)
    {
        // Divided, because a product may not even fit a long.
        if (shared > s_most || perExample > (s_most - shared) / batch)
            throw new VsmlException($"{what} take {shared + (Int128)batch * perExample} floats with a batch of {batch}, but one array holds at most {s_most}. Use a smaller batch or smaller layers.");
        return (int)(shared + batch * perExample);
    }
}
