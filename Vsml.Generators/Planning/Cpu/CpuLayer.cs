using System.Collections.Generic;

namespace Vsml.Generators.Planning;

/// <summary>
/// How the states of a layer are stored: [block][loop][batch][entry][16 lanes], where a block is 16 neighbours along the lane axis and
/// the other axis is looped over; in a convolution [sub-RNN][batch][entries in whole blocks].
/// </summary>
/// <param name="Layer">The layer.</param>
/// <param name="Axis">What the lanes are.</param>
public sealed record CpuLayer(LayerPlan Layer, LaneAxis Axis)
{
    /// <summary>Extent of a dense layer's lane axis.</summary>
    public Extent Lanes => Axis == LaneAxis.Inputs ? Layer.Inputs : Layer.Outputs;

    /// <summary>Extent of its other axis, which is looped over.</summary>
    public Extent Loops => Axis == LaneAxis.Inputs ? Layer.Outputs : Layer.Inputs;

    /// <summary>The latter as emitted code has it: a number, or the local "loops".</summary>
    public Extent NamedLoops => Loops.IsFree ? Extent.Named("loops") : Loops;

    /// <summary>Whether a size is free, so that the axis is chosen when it is given.</summary>
    public bool IsFree => Lanes.IsFree || Loops.IsFree;

    /// <summary>Blocks along the lane axis, of given extent.</summary>
    public int BlockCount => Blocks.Pad(Lanes.Number) / Blocks.Lanes;

    /// <summary>Lanes of the last block that have a sub-RNN, of a lane axis of given extent.</summary>
    public int LastLanes => Lanes.Number - (BlockCount - 1) * Blocks.Lanes;

    /// <summary>Whether the last block has, or may have, lanes without a sub-RNN, which sums over lanes must leave out.</summary>
    public bool HasPadding => Lanes.IsFree || LastLanes < Blocks.Lanes;

    /// <summary>The ways in which a layer may be stored: one, or where a size is free one for each axis.</summary>
    /// <param name="layer">The layer.</param>
    public static IEnumerable<CpuLayer> AllOf(LayerPlan layer) =>
        layer.Geometry is not null ? [new(layer, LaneAxis.Entries)]
        : layer.Inputs.IsFree || layer.Outputs.IsFree ? [new(layer, LaneAxis.Inputs), new(layer, LaneAxis.Outputs)]
        : [new(layer, DenseLanes.AreInputs(layer.Inputs.Number, layer.Outputs.Number) ? LaneAxis.Inputs : LaneAxis.Outputs)];
}
