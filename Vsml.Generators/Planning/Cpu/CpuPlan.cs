using System;
using System.Collections.Generic;
using System.Linq;

namespace Vsml.Generators.Planning;

/// <summary>
/// How CPUs store and run what a <see cref="NetworkPlan"/> says: which axis of a layer shares a vector, where packed theta and scratch
/// space lie. The same for every SIMD level, and for forward and adjoint kernels. All places are offsets in floats.
/// </summary>
public sealed record CpuPlan
{
    private CpuPlan(NetworkPlan network)
    {
        Network = network;
        Theta = CpuTheta.Of(network);
        Layers = new(network.Layers.SelectMany(CpuLayer.AllOf));
        var first = network.Find(Sweep.First)!;
        var further = network.Find(Sweep.Further);
        ForwardTurns = new(first.Turns.SelectMany((turn, index) => CpuTurn.AllOf(network, turn, further?.Turns[index], first.MergesBatch)));
        BackwardTurns = new((network.Find(Sweep.Backward)?.Turns ?? []).SelectMany(turn => CpuTurn.AllOf(network, turn, further: null, mergesBatch: false)));
    }

    /// <summary>What is computed.</summary>
    public NetworkPlan Network { get; }

    /// <summary>Where packed theta lies.</summary>
    public CpuTheta Theta { get; }

    /// <summary>Storage of the layers, first to last; one of free sizes twice, once for each axis.</summary>
    public EquatableArray<CpuLayer> Layers { get; }

    /// <summary>Turns of the forward sweeps, first layer first; one for each storage of a layer.</summary>
    public EquatableArray<CpuTurn> ForwardTurns { get; }

    /// <summary>Turns of the backward sweep, last layer first; empty without one.</summary>
    public EquatableArray<CpuTurn> BackwardTurns { get; }

    /// <summary>All turns that there are kernels for.</summary>
    public IEnumerable<CpuTurn> Turns => ForwardTurns.Concat(BackwardTurns);

    /// <summary>N.</summary>
    public int StateSize => Network.Architecture.StateSize;

    /// <summary>M.</summary>
    public int MessageSize => Network.Architecture.MessageSize;

    /// <summary>Whether messages are normalised.</summary>
    public bool Normalises => Network.Summands == Summands.NormalisedMessages;

    /// <summary>Whether there are position features.</summary>
    public bool HasPositions => Network.Theta.PositionRows >= 0;

    /// <summary>Whether any layer is a convolution.</summary>
    public bool HasConvolutions => Network.Layers.Any(layer => layer.Geometry is not null);

    /// <summary>Scratch space of the forward and backward turns that does not grow with the batch.</summary>
    public int ScratchFloats => Layers.Max(layer => layer.Axis == LaneAxis.Entries ? ConvScratch.Of(this, layer).Length : DenseScratch.Of(this, layer.Loops).Length);

    /// <summary>Scratch space of the forward and backward turns for each example of the batch; convolutions take one example after the other.</summary>
    /// <exception cref="InvalidOperationException">Sizes are free.</exception>
    public int ScratchFloatsPerExample => Layers.Max(layer => ScratchFloatsPerExampleOf(layer, layer.Loops).Number);

    /// <summary>The same of one layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="loops">Extent of its looped axis.</param>
    public Extent ScratchFloatsPerExampleOf(CpuLayer layer, Extent loops) => layer.Axis == LaneAxis.Entries ? 0 : DenseScratch.Of(this, loops).LengthPerExample;

    /// <summary>Scratch space of the adjoint turns.</summary>
    /// <param name="paddedState">Entries of a state in whole vectors of a SIMD level's transposed states.</param>
    /// <exception cref="InvalidOperationException">Sizes are free.</exception>
    public int AdjointScratchFloats(int paddedState) => Turns.Max(turn => AdjointScratchFloatsOf(turn, turn.Layer.Loops, paddedState).Number);

    /// <summary>The same of one turn.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="loops">Extent of the looped axis of a dense layer.</param>
    /// <param name="paddedState">Entries of a state in whole vectors of a SIMD level's transposed states.</param>
    public Extent AdjointScratchFloatsOf(CpuTurn turn, Extent loops, int paddedState) => turn.Layer.Axis == LaneAxis.Entries
        ? ConvAdjointScratch.Of(this, turn).Length
        : DenseAdjointScratch.Of(this, turn.Plan.MicroTicks, loops, paddedState).Length;

    /// <summary>Plans the storage of a network.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="OverflowException">A size is more than one array can hold; <see cref="ArchitectureRules"/> refuse such networks.</exception>
    public static CpuPlan Of(NetworkPlan network) => new(network);

    /// <summary>The plan as people read it; <c>vsml describe --plan</c> prints it.</summary>
    public override string ToString() => CpuPlanText.Of(this);
}
