using System;
using System.Linq;

namespace Vsml.Generators.Emission;

/// <summary>Sizes of the scratch space that turns share.</summary>
public static class ScratchPlan
{
    /// <summary>Floats that do not grow with the batch.</summary>
    /// <param name="plan">The network.</param>
    public static int FixedFloats(NetworkPlan plan) =>
        plan.Layers.Where(layer => layer.Spec is ConvLayerSpec).Select(layer => ConvScratch.Of(plan, layer).Length).Append(DenseFixedFloats(plan)).Max();

    /// <summary>What a dense turn needs whatever the batch: h twice, c, and one block of gates or messages.</summary>
    /// <param name="plan">The network.</param>
    public static int DenseFixedFloats(NetworkPlan plan) =>
        (3 * plan.Architecture.StateSize + Math.Max(4 * plan.Architecture.StateSize, plan.Architecture.MessageSize)) * LayerPlan.BlockLanes;

    /// <summary>Floats per example of the batch, for the dense layer that needs most; convolutions take one example after the other.</summary>
    /// <param name="plan">The network.</param>
    public static int FloatsPerExample(NetworkPlan plan)
    {
        var columns = 4 * plan.Architecture.StateSize;
        var sums = (plan.Architecture.MessageLayerNorm ? plan.Architecture.MessageSize : plan.Architecture.StateSize) * LayerPlan.BlockLanes;
        return plan.Layers.Where(layer => layer.Spec is DenseLayerSpec)
            .Max(layer => columns * LayerPlan.BlockLanes + sums + layer.Loops * (LayerPlan.Pad(columns) + sums));
    }
}
