namespace Vsml.Generators.Emission;

/// <summary>Where the scratch space of a convolution's turn lies: offsets in floats, the same at every SIMD level.</summary>
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
    /// <param name="plan">The network.</param>
    /// <param name="layer">A convolution.</param>
    public static ConvScratch Of(NetworkPlan plan, LayerPlan layer)
    {
        var conv = (ConvLayerSpec)layer.Spec;
        var entries = LayerPlan.Pad(plan.Architecture.StateSize);
        var message = PackedParameters.PaddedMessage(plan.Architecture.MessageSize);
        var sums = plan.Architecture.MessageLayerNorm ? message : entries;
        var places = checked((conv.Height + conv.Kernel - 1) * (conv.Width + conv.Kernel - 1));
        var positions = conv.OutputHeight * conv.OutputWidth;
        var tiled = (positions + NormalisedTile - 1) / NormalisedTile * NormalisedTile;
        var next = 0;
        return new(
            Take(4 * entries), Take(4 * entries), Take(message), Take(places * 4L * entries), Take(conv.Outputs * 4L * entries),
            Take(tiled * (long)entries), Take(tiled * (long)message), Take(places * (long)sums), Take(conv.Outputs * (long)sums), next);

        int Take(long floats)
        {
            var offset = next;
            next = checked((int)(next + (floats + LayerPlan.BlockLanes - 1) / LayerPlan.BlockLanes * LayerPlan.BlockLanes));
            return offset;
        }
    }
}
