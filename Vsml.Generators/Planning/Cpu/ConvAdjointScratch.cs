using System;
using System.Linq;

namespace Vsml.Generators.Emission;

/// <summary>
/// Where the scratch space of a convolution's adjoint turn lies, behind that of the turn itself: offsets in floats, the same at
/// every SIMD level.
/// </summary>
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
/// <param name="Gradient">Where gradients of theta begin, which a turn sums before it adds them to those of the episode.</param>
/// <param name="RecurrentGradient">Rows of own h: [k][gate of an entry].</param>
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
    int Gradient, int RecurrentGradient, int ForwardInputGradient, int BackwardInputGradient, int PositionGradient, int BiasGradient,
    int ForwardMessengerGradient, int BackwardMessengerGradient, int Length)
{
    /// <summary>The scratch space of a layer.</summary>
    /// <param name="plan">The network.</param>
    /// <param name="layer">A convolution.</param>
    public static ConvAdjointScratch Of(NetworkPlan plan, LayerPlan layer)
    {
        var conv = (ConvLayerSpec)layer.Spec;
        var turn = ConvScratch.Of(plan, layer);
        var (n, m) = (plan.Architecture.StateSize, plan.Architecture.MessageSize);
        var entries = LayerPlan.Pad(n);
        var message = PackedParameters.PaddedMessage(m);
        var sums = plan.Architecture.MessageLayerNorm ? message : entries;
        var ticks = plan.Architecture.Schedule.MicroTicksOf(layer.Index);
        var places = (conv.Height + conv.Kernel - 1L) * (conv.Width + conv.Kernel - 1);
        var positions = conv.OutputHeight * (long)conv.OutputWidth;
        var tiled = (positions + ConvScratch.NormalisedTile - 1) / ConvScratch.NormalisedTile * ConvScratch.NormalisedTile;
        var next = turn.Length;
        var gates = Take(ticks * positions * 5 * entries);
        var states = Take(ticks * 2L * entries);
        var (inputAdjoint, outputAdjoint) = (Take(places * 4 * entries), Take(conv.Outputs * 4L * entries));
        var (inputSpread, outputSpread) = (Take(places * sums), Take(conv.Outputs * (long)sums));
        var (hiddenAdjoint, messageAdjoint) = (Take(tiled * entries), Take(tiled * message));
        var (stateGates, zero) = (Take(4 * entries), Take(entries));
        var columns = (Take(4L * entries * entries), Take(4L * entries * message), Take(4L * entries * message));
        var messengers = (Take(message * (long)entries), Take(message * (long)entries));
        var recurrent = Take(n * 4L * entries);
        var inputs = (Take(m * 4L * entries), Take(m * 4L * entries));
        var (position, bias) = (Take(3 * 4 * entries), Take(4 * entries));
        var gradients = (Take(MessengerGradientFloats(plan)), Take(MessengerGradientFloats(plan)));
        return new(
            turn, gates, states, inputAdjoint, outputAdjoint, inputSpread, outputSpread, hiddenAdjoint, messageAdjoint, stateGates, zero,
            columns.Item1, columns.Item2, columns.Item3, messengers.Item1, messengers.Item2,
            recurrent, recurrent, inputs.Item1, inputs.Item2, position, bias, gradients.Item1, gradients.Item2, next);

        int Take(long floats)
        {
            var offset = next;
            next = checked((int)(next + (floats + LayerPlan.BlockLanes - 1) / LayerPlan.BlockLanes * LayerPlan.BlockLanes));
            return offset;
        }
    }

    /// <summary>Floats of a messenger's gradient: weights, bias, scale and offset.</summary>
    /// <param name="plan">The network.</param>
    public static int MessengerGradientFloats(NetworkPlan plan) =>
        PackedParameters.PaddedMessage(plan.Architecture.MessageSize) * (LayerPlan.Pad(plan.Architecture.StateSize) + 3);

    /// <summary>Floats that the adjoint turns of a network's convolutions need; 0 without any.</summary>
    /// <param name="plan">The network.</param>
    public static int MostFloats(NetworkPlan plan) =>
        plan.Layers.Where(layer => layer.Spec is ConvLayerSpec).Select(layer => Of(plan, layer).Length).DefaultIfEmpty().Max();
}
