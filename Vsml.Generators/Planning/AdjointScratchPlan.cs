using System;
using System.Linq;

namespace Vsml.Generators.Planning;

/// <summary>
/// Sizes of the scratch space of adjoint turns. Gradients of gates and the states before each micro tick are gathered as records
/// of a few sub-RNN blocks, and the weight gradients then accumulate over all records of a chunk in registers.
/// </summary>
public static class AdjointScratchPlan
{
    // Enough that loading and storing an accumulator costs little beside its multiply-adds, few enough for the second-level cache.
    private const int RecordsWanted = 20;

    /// <summary>Places of the looped axis whose records make a chunk.</summary>
    /// <param name="turn">A dense turn.</param>
    public static int ChunkLoops(TurnPlan turn) => Math.Max(1, Math.Min(turn.Layer.Loops, RecordsWanted / turn.MicroTicks));

    /// <summary>Largest number of records of a chunk.</summary>
    /// <param name="plan">The network.</param>
    public static int Records(NetworkPlan plan) => plan.Turns.Max(turn => ChunkLoops(turn) * turn.MicroTicks);

    /// <summary>Most micro ticks of any turn.</summary>
    /// <param name="plan">The network.</param>
    public static int MicroTicks(NetworkPlan plan) => plan.Turns.Max(turn => turn.MicroTicks);

    /// <summary>Most places along a looped axis.</summary>
    /// <param name="plan">The network.</param>
    public static int Loops(NetworkPlan plan) => plan.Layers.Where(layer => layer.Spec is DenseLayerSpec).Max(layer => layer.Loops);
}
