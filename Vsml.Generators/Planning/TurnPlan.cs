using System;

namespace Vsml.Generators.Planning;

/// <summary>What the sums behind outgoing messages add up.</summary>
public enum Summands
{
    /// <summary>States h, since the messenger commutes with the mean: message = (sum h) W / Divisor + b Terms / Divisor.</summary>
    States,

    /// <summary>
    /// With layer norm, normalised messages n = (y - mean y) / sqrt(var y + 1e-5) of y = h W + b, mean and biased variance over all M
    /// entries: message = scale (sum n) / Divisor + offset Terms / Divisor.
    /// </summary>
    NormalisedMessages,
}

/// <summary>
/// The turn of a layer in a sweep: all its sub-RNNs take <paramref name="MicroTicks"/> LSTM steps under fixed incoming messages; the
/// states after the last one make the outgoing messages.
/// </summary>
/// <param name="Layer">The layer.</param>
/// <param name="Sweep">The sweep that it belongs to.</param>
/// <param name="Group">Index in <see cref="ThetaPlan.Groups"/> of the meta-parameters that its sub-RNNs use.</param>
/// <param name="MicroTicks">Number of LSTM steps.</param>
/// <param name="FusesMicroTicks">Whether a sub-RNN can take all steps at once: not where its states are averaged over positions after each.</param>
/// <param name="ReadsForward">The forward messages that come in, at boundary l.</param>
/// <param name="ReadsBackward">The backward messages that come in, at boundary l + 1.</param>
/// <param name="SendsForward">The forward messages that go out, to boundary l + 1.</param>
/// <param name="SendsBackward">The backward messages that go out, to boundary l.</param>
public sealed record TurnPlan(
    LayerPlan Layer,
    Sweep Sweep,
    int Group,
    int MicroTicks,
    bool FusesMicroTicks,
    ReceivedMessages ReadsForward,
    ReceivedMessages ReadsBackward,
    SentMessages SendsForward,
    SentMessages SendsBackward)
{
    /// <summary>Plans the turn of a layer.</summary>
    /// <param name="plan">The network; its boundaries, layers and theta are planned.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="sweep">The sweep.</param>
    internal static TurnPlan Of(NetworkPlan plan, LayerPlan layer, Sweep sweep)
    {
        var (before, after) = (plan.Boundaries[layer.Index], plan.Boundaries[layer.Index + 1]);
        return new(
            layer, sweep,
            plan.Theta.GroupOf(plan.Architecture, layer.Index, sweep),
            plan.Architecture.Schedule.MicroTicksOf(layer.Index),
            FusesMicroTicks: layer.Geometry is null,
            ForwardIn(before, sweep),
            BackwardIn(plan, after, sweep),
            ForwardOut(plan, layer, after, sweep),
            BackwardOut(plan.Architecture.Schedule, layer, before, sweep));
    }

    private static ReceivedMessages ForwardIn(BoundaryPlan boundary, Sweep sweep) =>
        boundary.Index == 0 ? new(0, Direction.Forward, MessageOrigin.Input, boundary.ForwardEntries, GradientWanted: false)
        : new(boundary.Index, Direction.Forward, sweep == Sweep.Backward ? MessageOrigin.SweepBefore : MessageOrigin.ThisSweep, boundary.ForwardEntries, GradientWanted: true);

    private static ReceivedMessages BackwardIn(NetworkPlan plan, BoundaryPlan boundary, Sweep sweep)
    {
        if (boundary.Index < plan.Layers.Count)
            return new(boundary.Index, Direction.Backward, sweep == Sweep.Backward ? MessageOrigin.ThisSweep : MessageOrigin.SweepBefore, boundary.BackwardEntries, GradientWanted: true);
        return sweep == plan.Output.ReadIn
            ? new(boundary.Index, Direction.Backward, MessageOrigin.Feedback, boundary.BackwardEntries, GradientWanted: true)
            : new(boundary.Index, Direction.Backward, MessageOrigin.Zero, 0, GradientWanted: false);
    }

    // The output is read after the last forward sweep alone; a backward sweep's forward messages are replaced before anybody reads them.
    private static SentMessages ForwardOut(NetworkPlan plan, LayerPlan layer, BoundaryPlan boundary, Sweep sweep)
    {
        var isOutput = boundary.Index == plan.Output.Boundary;
        var isRead = sweep != Sweep.Backward && (!isOutput || (plan.Architecture.Schedule.TicksPerExample == 1) == (sweep == Sweep.First));
        var isRoot = plan.Architecture.MessageScale == MessageScale.Root && boundary.Index < plan.Output.Boundary;
        return new(
            boundary.Index, Direction.Forward, boundary.ForwardFirst, isRead ? boundary.ForwardEntries : 0,
            layer.Terms.Forward, isRoot ? MessageScale.Root : MessageScale.Mean);
    }

    // Backward messages are read in the sweep that follows, unless it is a backward sweep, which sends its own first.
    private static SentMessages BackwardOut(TickSchedule schedule, LayerPlan layer, BoundaryPlan boundary, Sweep sweep)
    {
        var isRead = sweep == Sweep.Backward || schedule.BackwardSweep == BackwardSweep.None
            || (sweep == Sweep.First ? schedule.TicksPerExample > 1 : schedule.TicksPerExample > 2);
        return new(boundary.Index, Direction.Backward, 0, isRead ? boundary.BackwardEntries : 0, layer.Terms.Backward, MessageScale.Mean);
    }
}
