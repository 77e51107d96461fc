namespace Vsml.Numerics;

/// <summary>Uniform numbers by index, as <see cref="NormalNoise"/>: element i of a stream is a function of (key, i) alone, and so is each one of <see cref="CounterRandom.FillUniform"/>.</summary>
internal static class UniformNoise
{
    /// <summary>One element, in [0, 1).</summary>
    /// <param name="key">The stream.</param>
    /// <param name="index">Element index, 0 or more.</param>
    /// <param name="firstBlock">Philox block where element 0 begins.</param>
    public static float At(in RandomKey key, int index, uint firstBlock)
    {
        var position = index % NormalNoise.GroupSize;
        var (x0, x1, x2, x3) = Philox.Block(key, firstBlock + (uint)(index / NormalNoise.GroupSize * NormalNoise.BlocksPerGroup + position % 8));
        return CounterRandom.ToUniform((position / 8) switch { 0 => x0, 1 => x1, 2 => x2, _ => x3 });
    }
}
