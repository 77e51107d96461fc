namespace Vsml.Generators.Planning;

/// <summary>Lays regions of floats one after another, each from a block's beginning on. Counts that do not fit are an <see cref="System.OverflowException"/>.</summary>
internal sealed class Regions
{
    /// <summary>Floats so far, in whole blocks.</summary>
    public Extent Length { get; private set; } = 0;

    /// <summary>Takes the next region.</summary>
    /// <param name="extents">Its extents, whose product is its size.</param>
    /// <returns>Its first float.</returns>
    public Extent Take(params int[] extents)
    {
        var floats = 1L;
        foreach (var extent in extents) floats = checked(floats * extent);
        return Take((Extent)checked((int)((floats + Blocks.Lanes - 1) / Blocks.Lanes * Blocks.Lanes)));
    }

    /// <summary>Takes the next region, of whole blocks.</summary>
    /// <param name="floats">Its size.</param>
    /// <returns>Its first float.</returns>
    public Extent Take(Extent floats)
    {
        var first = Length;
        Length += floats;
        return first;
    }
}
