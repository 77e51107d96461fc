namespace Vsml.Generators.Planning.Ilgpu;

/// <summary>
/// Storage of a layer's states. Sub-RNNs of a dense layer stand at places of two axes: threads take neighbouring places of the lanes.
/// Quad q of sub-RNN (lane, loop) lies at (loop SubRnnQuads + q) PaddedLanes + lane. A convolution has one lane, and its sub-RNNs are
/// the loops.
/// </summary>
/// <param name="LanesAreInputs">Whether the lanes of a dense layer are its inputs and the loops its outputs, or the other way round.</param>
/// <param name="Lanes">Places along the lanes.</param>
/// <param name="PaddedLanes">The same, padded to blocks.</param>
/// <param name="Loops">Places along the loops.</param>
/// <param name="PaddedLoops">The same, padded to the sub-RNNs that a thread steps side by side.</param>
/// <param name="Hidden">h, in quads from the beginning of a state; in half quads where it is stored as float16.</param>
/// <param name="Cell">c, in quads.</param>
public sealed record DeviceLayer(bool LanesAreInputs, int Lanes, int PaddedLanes, int Loops, int PaddedLoops, int Hidden, int Cell)
{
    /// <summary>Lays out a layer: of both axes, the one that wastes fewer sub-RNNs becomes the lanes, if both are alike the longer one.</summary>
    /// <param name="plan">The plan, without its layers.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="next">Where the states of the next layer begin.</param>
    internal static DeviceLayer Of(IlgpuPlan plan, LayerPlan layer, ref long next)
    {
        var (inputs, outputs) = (layer.Spec.Inputs, layer.Spec.Outputs);
        var (overInputs, overOutputs) = (Padded(inputs, outputs), Padded(outputs, inputs));
        var lanesAreInputs = overInputs != overOutputs ? overInputs < overOutputs : inputs >= outputs;
        var (lanes, loops) = layer.Geometry is not null ? (1, layer.SubRnns) : lanesAreInputs ? (inputs, outputs) : (outputs, inputs);
        var paddedLanes = layer.Geometry is not null ? 1 : Pad(lanes, IlgpuPlan.BlockLanes);
        var paddedLoops = layer.Geometry is not null ? loops : Pad(loops, plan.SubRnns);
        var quads = (long)paddedLanes * paddedLoops * plan.SubRnnQuads;
        var hidden = checked((int)(plan.StoresHalves ? 2 * next : next));
        next += plan.StoresHalves ? (quads + 1) / 2 : quads;
        var cell = checked((int)next);
        next += quads;
        return new(layer.Geometry is not null || lanesAreInputs, lanes, paddedLanes, loops, paddedLoops, hidden, cell);

        long Padded(int lanes, int loops) => (long)Pad(lanes, IlgpuPlan.BlockLanes) * Pad(loops, plan.SubRnns);
    }

    private static int Pad(int count, int multiple) => checked((count + multiple - 1) / multiple * multiple);
}

/// <summary>Storage of the messages at a boundary: of each place its entries in quads, zeros behind.</summary>
/// <param name="Forward">Forward messages, in quads from the beginning of a state; -1 at the input, which is not copied. At the output one quad a place, with the output entry first.</param>
/// <param name="ForwardQuads">Quads of a forward message.</param>
/// <param name="Backward">Backward messages; -1 at the input, where there are none.</param>
/// <param name="BackwardQuads">Quads of a backward message.</param>
public sealed record DeviceBoundary(int Forward, int ForwardQuads, int Backward, int BackwardQuads)
{
    /// <summary>Lays out a boundary.</summary>
    /// <param name="boundary">The boundary.</param>
    /// <param name="next">Where its messages begin.</param>
    internal static DeviceBoundary Of(BoundaryPlan boundary, ref long next)
    {
        var (forwardQuads, backwardQuads) = (IlgpuPlan.QuadsOf(boundary.ForwardEntries), IlgpuPlan.QuadsOf(boundary.BackwardEntries));
        if (boundary.Index == 0) return new(-1, forwardQuads, -1, 0);
        var forward = checked((int)next);
        next += (long)boundary.Places.Number * forwardQuads;
        var backward = checked((int)next);
        next += (long)boundary.Places.Number * backwardQuads;
        return new(forward, forwardQuads, backward, backwardQuads);
    }
}
