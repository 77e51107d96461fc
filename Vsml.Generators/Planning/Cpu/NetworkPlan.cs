using System;
using System.Collections.Generic;
using System.Linq;

namespace Vsml.Generators.Emission;

/// <summary>
/// Everything that is decided before code is written: which axis shares a vector, what each turn reads and sends, where packed
/// theta and scratch space lie. The same for every SIMD level, and for forward and adjoint kernels.
/// </summary>
public sealed class NetworkPlan
{
    private NetworkPlan(Architecture architecture)
    {
        Architecture = architecture;
        Parameters = PackedParameters.Of(architecture);
        Layers = [.. architecture.Layers.Select((layer, index) => LayerPlan.Of(index, layer))];
        ForwardTurns = [.. Layers.Select(layer => TurnPlan.Forward(architecture, layer))];
        BackwardTurns = architecture.Schedule.BackwardSweep == BackwardSweep.None
            ? []
            : [.. Layers.Reverse().Select(layer => TurnPlan.Backward(architecture, layer))];
    }

    /// <summary>What was declared.</summary>
    public Architecture Architecture { get; }

    /// <summary>Where packed theta lies.</summary>
    public PackedParameters Parameters { get; }

    /// <summary>Storage decisions, one per layer.</summary>
    public IReadOnlyList<LayerPlan> Layers { get; }

    /// <summary>Turns of the forward sweep, first layer first.</summary>
    public IReadOnlyList<TurnPlan> ForwardTurns { get; }

    /// <summary>Turns of the backward sweep, last layer first; empty without one.</summary>
    public IReadOnlyList<TurnPlan> BackwardTurns { get; }

    /// <summary>All turns of an example, in order.</summary>
    public IEnumerable<TurnPlan> Turns => ForwardTurns.Concat(BackwardTurns);

    /// <summary>Entries stored of the forward messages at a boundary: the input's and the output's one, all M between.</summary>
    /// <param name="boundary">0 to K.</param>
    public int ForwardChannels(int boundary) =>
        boundary == 0 || boundary == Layers.Count ? 1 : Architecture.MessageSize;

    /// <summary>Entries stored of the backward messages at a boundary: none at the input, error and label at the output, all M between.</summary>
    /// <param name="boundary">0 to K.</param>
    public int BackwardChannels(int boundary) =>
        boundary == 0 ? 0 : boundary == Layers.Count ? (Architecture.LabelFeedback ? 2 : 1) : Architecture.MessageSize;

    /// <summary>Plans an architecture.</summary>
    /// <param name="architecture">One that <see cref="ArchitectureRules"/> finds nothing wrong with.</param>
    public static NetworkPlan Of(Architecture architecture) => new(architecture);
}
