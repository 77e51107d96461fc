using System;

namespace Vsml.Generators.Emission;

/// <summary>The axis whose neighbours share a vector; printed as Vsml.Contracts.LaneAxis.</summary>
public enum LaneAxis
{
    /// <summary>Neighbouring inputs of a dense layer.</summary>
    Inputs,

    /// <summary>Neighbouring outputs of a dense layer.</summary>
    Outputs,

    /// <summary>Neighbouring state entries of one sub-RNN of a convolution.</summary>
    Entries,
}

/// <summary>How the states of a layer are laid out.</summary>
/// <param name="Index">Layer index from 0.</param>
/// <param name="Spec">The declared layer.</param>
/// <param name="Axis">What the lanes are.</param>
public sealed record LayerPlan(int Index, LayerSpec Spec, LaneAxis Axis)
{
    /// <summary>Lanes of a block, at every SIMD level: sums over lanes then have one order on all machines.</summary>
    public const int BlockLanes = 16;

    /// <summary>Extent of the lane axis.</summary>
    public int Lanes => Axis == LaneAxis.Inputs ? Spec.Inputs : Spec.Outputs;

    /// <summary>Extent of the other axis, which is looped over.</summary>
    public int Loops => Axis == LaneAxis.Inputs ? Spec.Outputs : Spec.Inputs;

    /// <summary>Blocks along the lane axis.</summary>
    public int Blocks => (Lanes + BlockLanes - 1) / BlockLanes;

    /// <summary>Whether the last block has lanes without a sub-RNN.</summary>
    public bool HasPadding => Lanes % BlockLanes != 0;

    /// <summary>Chooses the axis that wastes fewer lanes; if both are alike the longer one, which keeps the sums per loop step in the cache.</summary>
    /// <param name="index">Layer index from 0.</param>
    /// <param name="spec">The declared layer.</param>
    public static LayerPlan Of(int index, LayerSpec spec)
    {
        if (spec is ConvLayerSpec) return new(index, spec, LaneAxis.Entries);
        var overInputs = (long)Pad(spec.Inputs) * spec.Outputs;
        var overOutputs = (long)Pad(spec.Outputs) * spec.Inputs;
        var axis = overInputs != overOutputs
            ? (overInputs < overOutputs ? LaneAxis.Inputs : LaneAxis.Outputs)
            : (spec.Inputs >= spec.Outputs ? LaneAxis.Inputs : LaneAxis.Outputs);
        return new(index, spec, axis);
    }

    /// <summary>Rounds up to whole blocks.</summary>
    /// <param name="count">A number of neighbours.</param>
    public static int Pad(int count) => (count + BlockLanes - 1) / BlockLanes * BlockLanes;
}
