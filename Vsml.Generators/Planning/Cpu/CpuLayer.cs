using System;

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
    public int Lanes => Axis == LaneAxis.Inputs ? Layer.Spec.Inputs : Layer.Spec.Outputs;

    /// <summary>Extent of its other axis, which is looped over.</summary>
    public int Loops => Axis == LaneAxis.Inputs ? Layer.Spec.Outputs : Layer.Spec.Inputs;

    /// <summary>Blocks along the lane axis.</summary>
    public int BlockCount => Blocks.Pad(Lanes) / Blocks.Lanes;

    /// <summary>Lanes of the last block that have a sub-RNN.</summary>
    public int LastLanes => Lanes - (BlockCount - 1) * Blocks.Lanes;

    /// <summary>Whether the last block has lanes without a sub-RNN, which sums over lanes must leave out.</summary>
    public bool HasPadding => LastLanes < Blocks.Lanes;

    /// <summary>
    /// Chooses the longer axis, unless the other one saves more than one lane in 64. Scratch space grows with the axis that is looped
    /// over: where that is the longer one it leaves the caches, which costs the reverse pass more than so few lanes.
    /// </summary>
    /// <param name="layer">The layer.</param>
    public static CpuLayer Of(LayerPlan layer)
    {
        if (layer.Geometry is not null) return new(layer, LaneAxis.Entries);
        var (inputs, outputs) = (layer.Spec.Inputs, layer.Spec.Outputs);
        var (longer, shorter) = inputs >= outputs ? (LaneAxis.Inputs, LaneAxis.Outputs) : (LaneAxis.Outputs, LaneAxis.Inputs);
        var overLonger = (long)Blocks.Pad(Math.Max(inputs, outputs)) * Math.Min(inputs, outputs);
        var overShorter = (long)Blocks.Pad(Math.Min(inputs, outputs)) * Math.Max(inputs, outputs);
        return new(layer, overLonger - overShorter > overShorter / 64 ? shorter : longer);
    }
}
