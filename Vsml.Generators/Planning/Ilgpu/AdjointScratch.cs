using System;

namespace Vsml.Generators.Planning.Ilgpu;

/// <summary>
/// Where the reverse pass of a turn keeps things, in quads of an episode's scratch space, behind what the turn itself needs there.
/// Printed as the kernels' AdjointTurn, which says what each is.
/// </summary>
/// <param name="Items">Items of a chunk: sub-RNNs, in a convolution at every position.</param>
/// <param name="SubRnns">Sub-RNNs of a convolution's chunk; 0 in a dense layer, whose chunks are <see cref="IlgpuPlan.Parts"/> blocks.</param>
/// <param name="Hidden">h of the items.</param>
/// <param name="Cells">c of the items.</param>
/// <param name="Gates">Activations, then gradients of gates.</param>
/// <param name="LaneTerms">Gradients of what items send to the lanes.</param>
/// <param name="LoopTerms">Gradients of what they send to the loops.</param>
/// <param name="LaneSums">Sums for the places of the lanes.</param>
/// <param name="LoopSums">Sums for the places of the loops.</param>
/// <param name="HiddenGradients">In a convolution, gradients of h at each item.</param>
/// <param name="TickStates">In a convolution, states before each micro tick.</param>
/// <param name="StateGates">In a convolution, what gates start from in each micro tick.</param>
/// <param name="StateSums">In a convolution, sums over positions.</param>
/// <param name="End">Behind all.</param>
public sealed record AdjointScratch(
    int Items, int SubRnns, int Hidden, int Cells, int Gates, int LaneTerms, int LoopTerms, int LaneSums, int LoopSums,
    int HiddenGradients, int TickStates, int StateGates, int StateSums, int End)
{
    // As many as a group has threads, if there are that many.
    private const int ConvolutionItems = IlgpuPlan.MostThreads;

    /// <summary>Lays out the space of a turn.</summary>
    internal static AdjointScratch Of(IlgpuPlan plan, DeviceTurn turn)
    {
        long next = turn.ScratchEnd;
        var (units, state, ticks, loops) = ((long)plan.Units, (long)plan.SubRnnQuads, turn.Plan.MicroTicks, (long)turn.Layer.Loops);
        // With layer norm also the terms' own gradients, and their products with the normalised messages.
        var terms = plan.Network.Architecture.MessageLayerNorm ? 3L * plan.MessageQuads : plan.MessageQuads;
        if (turn.Plan.Layer.Geometry is { } conv)
        {
            var subRnns = (int)Math.Min(loops, Math.Max(1, ConvolutionItems / conv.Positions));
            var items = checked(subRnns * conv.Positions);
            return new(
                items, subRnns, Take(state * items), Take(state * items), Take(units * items), Terms(turn.ToLanes, items), Terms(turn.ToLoops, items),
                Take((long)conv.Height * conv.Width * conv.Channels * units), Take((long)conv.Positions * conv.OutputChannels * units),
                Take(state * items), Take(2 * ticks * state * loops), Take(ticks * units * loops), Take(units * loops), checked((int)next));
        }
        var chunk = IlgpuPlan.Parts * plan.SubRnns * IlgpuPlan.BlockLanes;
        return new(
            chunk, 0, Take((ticks + 1) * state * chunk), Take((ticks + 1) * state * chunk), Take(ticks * units * chunk), Terms(turn.ToLanes, chunk), Terms(turn.ToLoops, chunk),
            Take(turn.LaneInput == LaneInput.NoMessage ? 0 : units * turn.Layer.PaddedLanes), Take(units * turn.Layer.PaddedLoops), 0, 0, 0, 0, checked((int)next));

        int Terms(DeviceSent sent, int items) => Take(sent.Extent == DeviceExtent.Nothing ? 0 : terms * items);

        int Take(long quads)
        {
            var offset = checked((int)next);
            next += quads;
            return offset;
        }
    }
}
