namespace Vsml.Generators.Planning;

/// <summary>Where the scratch space of a convolution's turn lies, the same at every SIMD level.</summary>
/// <param name="StartGates">What the gates of a sub-RNN start from at all positions: bias and position features.</param>
/// <param name="StateGates">The same and what its own state adds.</param>
/// <param name="Message">One message, before its entries go to their places.</param>
/// <param name="InputGates">What forward messages add to the gates: [padded row][padded column], of one channel.</param>
/// <param name="OutputGates">What backward messages add to the gates: [channel][position].</param>
/// <param name="Hidden">New h of one sub-RNN: [position].</param>
/// <param name="Normalised">Its normalised messages: [position].</param>
/// <param name="InputSums">Sums that make backward messages: [padded row][padded column], of one channel.</param>
/// <param name="OutputSums">Sums that make forward messages: [channel][position].</param>
/// <param name="Length">Floats in all.</param>
public sealed record ConvScratch(
    int StartGates, int StateGates, int Message, int InputGates, int OutputGates, int Hidden, int Normalised, int InputSums, int OutputSums, int Length)
{
    /// <summary>Positions whose messages are normalised together.</summary>
    public const int NormalisedTile = 4;

    /// <summary>The scratch space of a layer.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="layer">A convolution of it.</param>
    public static ConvScratch Of(CpuPlan plan, CpuLayer layer) => Of(plan, layer, new());

    /// <summary>The scratch space of a layer, laid into regions that others may follow.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="layer">A convolution of it.</param>
    /// <param name="regions">Where.</param>
    internal static ConvScratch Of(CpuPlan plan, CpuLayer layer, Regions regions)
    {
        var conv = layer.Layer.Geometry!;
        var sizes = ConvSizes.Of(plan, conv);
        return new(
            Take(4, sizes.Entries), Take(4, sizes.Entries), Take(sizes.Message),
            Take(conv.PaddedHeight, conv.PaddedWidth, 4, sizes.Entries), Take(conv.OutputChannels, conv.Positions, 4, sizes.Entries),
            Take(sizes.TiledPositions, sizes.Entries), Take(sizes.TiledPositions, sizes.Message),
            Take(conv.PaddedHeight, conv.PaddedWidth, sizes.Sums), Take(conv.OutputChannels, conv.Positions, sizes.Sums),
            regions.Length.Number);

        int Take(params int[] extents) => regions.Take(extents).Number;
    }
}

/// <summary>Sizes in whole blocks that the scratch space of convolutions is made of.</summary>
/// <param name="Entries">Entries of a state.</param>
/// <param name="Message">Entries of a message.</param>
/// <param name="Sums">Entries of a sum.</param>
/// <param name="TiledPositions">Positions in whole tiles of <see cref="ConvScratch.NormalisedTile"/>.</param>
internal readonly record struct ConvSizes(int Entries, int Message, int Sums, int TiledPositions)
{
    /// <summary>The sizes of a convolution.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="conv">A convolution of it.</param>
    public static ConvSizes Of(CpuPlan plan, ConvGeometry conv)
    {
        var (entries, message) = (Blocks.Pad(plan.StateSize), CpuTheta.PaddedMessage(plan.MessageSize));
        const int tile = ConvScratch.NormalisedTile;
        return new(entries, message, plan.Normalises ? message : entries, checked(conv.Positions + tile - 1) / tile * tile);
    }
}
