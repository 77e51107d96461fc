using System;
using System.Linq;

namespace Vsml.Generators.Emission;

/// <summary>
/// Sizes of the scratch space of dense adjoint turns. Gates of a few places are kept until their weights' gradient is taken at once:
/// with more of them loading and storing an accumulator costs less, but they have to stay in the first-level cache.
/// </summary>
public static class AdjointScratchPlan
{
    // A third of 32 KiB, in floats.
    private const int ChunkFloats = 10 * 1024 / sizeof(float);

    /// <summary>Places of the looped axis whose gates are kept at once.</summary>
    /// <param name="turn">A dense turn.</param>
    /// <param name="stateSize">N.</param>
    public static int ChunkLoops(TurnPlan turn, int stateSize) =>
        Math.Max(1, Math.Min(turn.Layer.Loops, ChunkFloats / (turn.MicroTicks * 5 * stateSize * LayerPlan.BlockLanes)));

    /// <summary>Most micro ticks whose gates are kept at once.</summary>
    /// <param name="plan">The network.</param>
    public static int Records(NetworkPlan plan) => plan.Turns.Max(turn => ChunkLoops(turn, plan.Architecture.StateSize) * turn.MicroTicks);

    /// <summary>Most micro ticks of any turn.</summary>
    /// <param name="plan">The network.</param>
    public static int MicroTicks(NetworkPlan plan) => plan.Turns.Max(turn => turn.MicroTicks);

    /// <summary>Most places along a looped axis.</summary>
    /// <param name="plan">The network.</param>
    public static int Loops(NetworkPlan plan) => plan.Layers.Where(layer => layer.Spec is DenseLayerSpec).Max(layer => layer.Loops);
}
