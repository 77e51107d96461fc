namespace Vsml.Generators.Planning;

/// <summary>Where the scratch space of a convolution's adjoint turn lies, behind that of the turn itself, the same at every SIMD level.</summary>
/// <param name="Turn">What the turn itself needs.</param>
/// <param name="Gates">Gates kept of each micro tick: [tick][position][i, g, f, o, tanh c'].</param>
/// <param name="States">h after each micro tick, then c after each: [tick].</param>
/// <param name="InputAdjoint">Gradients of what forward messages add to the gates: [padded row][padded column], of one channel.</param>
/// <param name="OutputAdjoint">Gradients of what backward messages add to the gates: [channel][position].</param>
/// <param name="InputSpread">What outgoing backward messages give back to each sub-RNN that made them: [padded row][padded column].</param>
/// <param name="OutputSpread">What outgoing forward messages give back: [channel][position].</param>
/// <param name="HiddenAdjoint">What they give to h of one sub-RNN: [position].</param>
/// <param name="MessageAdjoint">With layer norm, gradients of its messages before the norm: [position].</param>
/// <param name="StateGates">Gradient of what the state adds to the gates.</param>
/// <param name="Zero">A state of zeros.</param>
/// <param name="RecurrentColumns">The recurrent weights transposed: [gate of an entry][entry].</param>
/// <param name="ForwardColumns">The forward message's weights transposed: [gate of an entry][message entry].</param>
/// <param name="BackwardColumns">The backward message's weights transposed.</param>
/// <param name="ForwardMessenger">The forward messenger transposed: [message entry][entry].</param>
/// <param name="BackwardMessenger">The backward messenger transposed.</param>
/// <param name="RecurrentGradient">Gradient of the rows of own h: [k][gate of an entry]. First of those of theta, which a turn sums before it adds them to the episode's.</param>
/// <param name="ForwardInputGradient">Rows of the forward message.</param>
/// <param name="BackwardInputGradient">Rows of the backward message.</param>
/// <param name="PositionGradient">Rows of the position features.</param>
/// <param name="BiasGradient">The bias.</param>
/// <param name="ForwardMessengerGradient">The forward messenger: its weights, then bias, scale and offset.</param>
/// <param name="BackwardMessengerGradient">The backward messenger, likewise.</param>
/// <param name="Length">Floats in all.</param>
public sealed record ConvAdjointScratch(
    ConvScratch Turn, int Gates, int States, int InputAdjoint, int OutputAdjoint, int InputSpread, int OutputSpread, int HiddenAdjoint, int MessageAdjoint,
    int StateGates, int Zero, int RecurrentColumns, int ForwardColumns, int BackwardColumns, int ForwardMessenger, int BackwardMessenger,
    int RecurrentGradient, int ForwardInputGradient, int BackwardInputGradient, int PositionGradient, int BiasGradient,
    int ForwardMessengerGradient, int BackwardMessengerGradient, int Length)
{
    /// <summary>The scratch space of a turn.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="turn">A convolution's turn of it.</param>
    public static ConvAdjointScratch Of(CpuPlan plan, CpuTurn turn)
    {
        var conv = turn.Layer.Layer.Geometry!;
        var (entries, message, sums, positions) = ConvSizes.Of(plan, conv);
        var (n, m, ticks) = (plan.StateSize, plan.MessageSize, turn.Plan.MicroTicks);
        var regions = new Regions();
        return new(
            ConvScratch.Of(plan, turn.Layer, regions),
            Take(ticks, conv.Positions, 5, entries), Take(ticks, 2, entries),
            Take(conv.PaddedHeight, conv.PaddedWidth, 4, entries), Take(conv.OutputChannels, conv.Positions, 4, entries),
            Take(conv.PaddedHeight, conv.PaddedWidth, sums), Take(conv.OutputChannels, conv.Positions, sums),
            Take(positions, entries), Take(positions, message),
            Take(4, entries), Take(entries),
            Take(4, entries, entries), Take(4, entries, message), Take(4, entries, message),
            Take(message, entries), Take(message, entries),
            Take(n, 4, entries), Take(m, 4, entries), Take(m, 4, entries), Take(3, 4, entries), Take(4, entries),
            Take(message, entries + 3), Take(message, entries + 3),
            regions.Length.Number);

        int Take(params int[] extents) => regions.Take(extents).Number;
    }
}
