namespace Vsml.Generators.Planning;

/// <summary>The unit of a CPU's storage, at every SIMD level: sums over lanes then have one order on all machines.</summary>
public static class Blocks
{
    /// <summary>Lanes of a block.</summary>
    public const int Lanes = DenseLanes.Block;

    /// <summary>Rounds up to whole blocks.</summary>
    /// <param name="count">A number of neighbours.</param>
    public static int Pad(int count) => checked(count + Lanes - 1) / Lanes * Lanes;

    /// <summary>Rounds a size up to whole blocks. That of a free size has a name too, with "Padded" at its end.</summary>
    /// <param name="count">A number, or one free size.</param>
    public static Extent Pad(Extent count) => count.IsFree ? Extent.Named(count + "Padded") : Pad(count.Number);
}
