namespace Vsml.Generators.Planning;

/// <summary>The unit of a CPU's storage, at every SIMD level: sums over lanes then have one order on all machines.</summary>
public static class Blocks
{
    /// <summary>Lanes of a block.</summary>
    public const int Lanes = 16;

    /// <summary>Rounds up to whole blocks.</summary>
    /// <param name="count">A number of neighbours.</param>
    public static int Pad(int count) => checked(count + Lanes - 1) / Lanes * Lanes;
}
