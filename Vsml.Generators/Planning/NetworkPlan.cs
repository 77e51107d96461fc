using System;
using System.Collections.Generic;
using System.Linq;

namespace Vsml.Generators.Planning;

/// <summary>
/// What a network computes, for any target: the turns of an example in order, what each reads, sums and sends, and where theta's
/// tensors are. How a device stores states, messages and theta is not in it; that is for a plan of the device (for CPUs <c>CpuPlan</c>).
/// </summary>
/// <remarks>
/// One example: for each of <see cref="Sweeps"/>, <see cref="SweepPlan.Count"/> times, the turns of its layers in order. After the last
/// forward sweep the output is read from the forward message at the last boundary (<see cref="OutputPlan"/>), and the label is revealed;
/// then the backward sweep follows, where there is one. All messages, h and c are zero when an episode begins, but for the initial cells.
/// <para>
/// The reverse pass visits the same turns in the opposite order, within a turn its micro ticks likewise. It starts from the loss at the
/// output and meets every message that a turn reads; what nobody reads (<see cref="SentMessages.IsRead"/>) has no gradient.
/// </para>
/// </remarks>
public sealed record NetworkPlan
{
    private NetworkPlan(Architecture architecture)
    {
        Architecture = architecture;
        Theta = ThetaPlan.Of(architecture);
        Boundaries = new(Enumerable.Range(0, architecture.Layers.Count + 1).Select(boundary => BoundaryPlan.Of(architecture, boundary)));
        Layers = new(architecture.Layers.Select((_, index) => LayerPlan.Of(architecture, index)));
        Output = OutputPlan.Of(architecture);
        Sweeps = new(SweepPlan.AllOf(this));
    }

    /// <summary>What was declared.</summary>
    public Architecture Architecture { get; }

    /// <summary>Where the meta-parameters lie in the flat vector.</summary>
    public ThetaPlan Theta { get; }

    /// <summary>The places between layers where messages wait, 0 (before the first layer) to K (after the last).</summary>
    public EquatableArray<BoundaryPlan> Boundaries { get; }

    /// <summary>The layers, first to last.</summary>
    public EquatableArray<LayerPlan> Layers { get; }

    /// <summary>What is done at the last boundary: output, loss, error and label.</summary>
    public OutputPlan Output { get; }

    /// <summary>The sweeps of an example, in order; each kind once, with the number of times that it runs.</summary>
    public EquatableArray<SweepPlan> Sweeps { get; }

    /// <summary>What the sums that outgoing messages are made of add up, in every turn.</summary>
    public Summands Summands => Architecture.MessageLayerNorm ? Summands.NormalisedMessages : Summands.States;

    /// <summary>Whether any message is other than a mean, so that constants count more than once in it.</summary>
    public bool ScalesConstants => Turns.Any(turn => turn.SendsForward is { IsRead: true, IsMean: false });

    /// <summary>Entries of a summand: N of a state, M of a message.</summary>
    public int SummandEntries => Summands == Summands.States ? Architecture.StateSize : Architecture.MessageSize;

    /// <summary>
    /// The leading entries of h, and of c, that a batch shares: before an example's first sweep each is replaced by its mean over the
    /// batch, in every sub-RNN of every layer. floor(N/2); nothing is done for a batch of one.
    /// </summary>
    public int MergedEntries => Architecture.StateSize / 2;

    /// <summary>All turns of an example in order, each kind of sweep once.</summary>
    public IEnumerable<TurnPlan> Turns => Sweeps.SelectMany(sweep => sweep.Turns);

    /// <summary>The sweep of a kind, or null if an example has none.</summary>
    /// <param name="kind">The kind.</param>
    public SweepPlan? Find(Sweep kind) => Sweeps.FirstOrDefault(sweep => sweep.Kind == kind);

    /// <summary>Plans an architecture.</summary>
    /// <param name="architecture">One that <see cref="ArchitectureRules"/> finds nothing wrong with.</param>
    public static NetworkPlan Of(Architecture architecture) => new(architecture);

    /// <summary>The plan as people read it; <c>vsml describe --plan</c> prints it.</summary>
    public override string ToString() => NetworkPlanText.Of(this);
}
