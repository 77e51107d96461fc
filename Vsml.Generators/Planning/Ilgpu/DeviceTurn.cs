using System;

namespace Vsml.Generators.Planning.Ilgpu;

/// <summary>How a thread learns what messages along the lanes add to its gates.</summary>
public enum LaneInput
{
    /// <summary>There are none.</summary>
    NoMessage,

    /// <summary>From the message's one entry, for each sub-RNN anew.</summary>
    OneEntry,

    /// <summary>It was computed before, once for each place.</summary>
    ProjectedMessage,
}

/// <summary>A turn with all places in memory: offsets in quads, into the state of an example, packed theta, or scratch space.</summary>
/// <param name="Plan">What is computed.</param>
/// <param name="Layer">Where the layer's states are.</param>
/// <param name="BeginsSweep">Whether a sweep begins with it.</param>
/// <param name="EndsPrediction">Whether the example's output is read after it.</param>
/// <param name="Theta">The first quad of its group in packed theta.</param>
/// <param name="LaneInput">How messages along the lanes are taken in.</param>
/// <param name="FromLanes">Messages that come in along the lanes; in a convolution from its inputs.</param>
/// <param name="FromLoops">Messages that come in along the loops; in a convolution from its outputs.</param>
/// <param name="ToLanes">Messages that go out to the lanes.</param>
/// <param name="ToLoops">Messages that go out to the loops.</param>
/// <param name="Scratch">Where its scratch space is.</param>
public sealed record DeviceTurn(
    TurnPlan Plan, DeviceLayer Layer, bool BeginsSweep, bool EndsPrediction, int Theta, LaneInput LaneInput,
    DeviceReceived FromLanes, DeviceReceived FromLoops, DeviceSent ToLanes, DeviceSent ToLoops, TurnScratch Scratch)
{
    /// <summary>Quads of scratch space that it needs.</summary>
    public int ScratchEnd => Scratch.End;

    /// <summary>Plans a turn.</summary>
    /// <param name="plan">The plan, without its turns.</param>
    /// <param name="turn">What is computed.</param>
    /// <param name="beginsSweep">Whether a sweep begins with it.</param>
    /// <param name="endsPrediction">Whether the example's output is read after it.</param>
    internal static DeviceTurn Of(IlgpuPlan plan, TurnPlan turn, bool beginsSweep, bool endsPrediction)
    {
        var layer = plan.Layers[turn.Layer.Index];
        var theta = turn.Group * plan.Theta.GroupQuads;
        var forward = (In: Receive(turn.ReadsForward), Out: Send(turn.SendsForward));
        var backward = (In: Receive(turn.ReadsBackward), Out: Send(turn.SendsBackward));
        var (lanes, loops) = layer.LanesAreInputs ? (forward, backward) : (backward, forward);
        var entries = (layer.LanesAreInputs ? turn.ReadsForward : turn.ReadsBackward).Entries;
        var input = turn.Layer.Geometry is not null || turn.Layer.Positions is not null || entries > 1 ? LaneInput.ProjectedMessage
            : entries == 1 ? LaneInput.OneEntry : LaneInput.NoMessage;
        // What goes to the lanes' places comes from the loops and the other way round: outputs get forward messages.
        var (toLanes, toLoops) = layer.LanesAreInputs ? (backward.Out, forward.Out) : (forward.Out, backward.Out);
        return new(
            turn, layer, beginsSweep, endsPrediction, theta, input, lanes.In, loops.In, toLanes, toLoops,
            TurnScratch.Of(plan, turn, layer, input, toLanes, toLoops));

        DeviceReceived Receive(ReceivedMessages messages)
        {
            var boundary = plan.Boundaries[messages.Boundary];
            var isForward = messages.Direction == Direction.Forward;
            return new(
                messages.Origin switch
                {
                    MessageOrigin.Zero => DeviceOrigin.Zero,
                    MessageOrigin.Input => DeviceOrigin.Input,
                    MessageOrigin.ThisSweep => DeviceOrigin.Target,
                    _ => DeviceOrigin.Source,
                },
                messages.Origin is MessageOrigin.Zero or MessageOrigin.Input ? 0 : isForward ? boundary.Forward : boundary.Backward,
                messages.Origin == MessageOrigin.Zero ? 0 : isForward ? boundary.ForwardQuads : boundary.BackwardQuads,
                theta + (isForward ? plan.Theta.ForwardRows : plan.Theta.BackwardRows));
        }

        DeviceSent Send(SentMessages messages)
        {
            var boundary = plan.Boundaries[messages.Boundary];
            var isForward = messages.Direction == Direction.Forward;
            var messenger = isForward ? plan.Theta.Forward : plan.Theta.Backward;
            return new(
                !messages.IsRead ? DeviceExtent.Nothing : messages.Boundary == plan.Network.Output.Boundary ? DeviceExtent.Output : DeviceExtent.Everything,
                !messages.IsRead ? 0 : isForward ? boundary.Forward : boundary.Backward,
                !messages.IsRead ? 0 : isForward ? boundary.ForwardQuads : boundary.BackwardQuads,
                (float)(1 / messages.Divisor),
                (float)messages.ConstantShare,
                new(theta + messenger.Weights, theta + messenger.Bias, messenger.Scale < 0 ? -1 : theta + messenger.Scale, messenger.Offset < 0 ? -1 : theta + messenger.Offset));
        }
    }
}

/// <summary>Where messages come from that a turn reads; printed as constants of the kernels' Received.</summary>
public enum DeviceOrigin
{
    /// <summary>All zeros.</summary>
    Zero,

    /// <summary>The example's input.</summary>
    Input,

    /// <summary>The state before the sweep.</summary>
    Source,

    /// <summary>Sent in this sweep.</summary>
    Target,
}

/// <summary>How much is read of messages that a turn sends; printed as constants of the kernels' Sent.</summary>
public enum DeviceExtent
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>All entries.</summary>
    Everything,

    /// <summary>The output entry alone.</summary>
    Output,
}

/// <summary>Messages that a turn reads.</summary>
/// <param name="Origin">Where they come from.</param>
/// <param name="Offset">The message of place 0, in the state.</param>
/// <param name="Quads">Quads of a message.</param>
/// <param name="Rows">Rows of the gates' weights, in theta.</param>
public sealed record DeviceReceived(DeviceOrigin Origin, int Offset, int Quads, int Rows);

/// <summary>Messages that a turn sends.</summary>
/// <param name="Extent">How much of them is read.</param>
/// <param name="Offset">The message of place 0, in the state.</param>
/// <param name="Quads">Quads of a message.</param>
/// <param name="Factor">What the sum is multiplied by.</param>
/// <param name="Share">What bias or norm offset is multiplied by.</param>
/// <param name="Messenger">Where the messenger is, in theta.</param>
public sealed record DeviceSent(DeviceExtent Extent, int Offset, int Quads, float Factor, float Share, MessengerTensors Messenger);

/// <summary>Where the scratch space of a turn lies, in quads from the beginning of an episode's.</summary>
/// <param name="LoopGates">What gates start from at the places of the loops.</param>
/// <param name="LaneGates">What messages along the lanes add.</param>
/// <param name="StateGates">What own states add, in a convolution.</param>
/// <param name="SentToLanes">What sub-RNNs send to the lanes.</param>
/// <param name="SentToLoops">What they send to the loops.</param>
/// <param name="NewHidden">New h of each thread's sub-RNN, where it is too long for registers.</param>
/// <param name="End">Behind all.</param>
public sealed record TurnScratch(int LoopGates, int LaneGates, int StateGates, int SentToLanes, int SentToLoops, int NewHidden, int End)
{
    /// <summary>Lays out the scratch space of a turn.</summary>
    internal static TurnScratch Of(IlgpuPlan plan, TurnPlan turn, DeviceLayer layer, LaneInput input, DeviceSent toLanes, DeviceSent toLoops)
    {
        var next = 0L;
        // Of a convolution also the sums over positions.
        var kept = turn.Layer.Geometry is null ? 1 : 3;
        var newHidden = Take(plan.KeepsStateInRegisters ? 0 : kept * (long)plan.SubRnnQuads * IlgpuPlan.MostThreads);
        if (turn.Layer.Geometry is { } conv)
        {
            var inputs = (long)conv.Height * conv.Width * conv.Channels;
            var sent = (long)turn.Layer.SubRnns * plan.MessageQuads * conv.Positions;
            return new(
                Take((long)conv.Positions * conv.OutputChannels * plan.Units), Take(inputs * plan.Units), Take((long)turn.Layer.SubRnns * plan.Units),
                Take(toLanes.Extent == DeviceExtent.Nothing ? 0 : sent), Take(toLoops.Extent == DeviceExtent.Nothing ? 0 : sent), newHidden, checked((int)next));
        }
        var places = (long)layer.PaddedLoops * layer.PaddedLanes;
        return new(
            Take((long)layer.PaddedLoops * plan.Units), Take(input == LaneInput.ProjectedMessage ? (long)plan.Units * layer.PaddedLanes : 0), 0,
            Take(toLanes.Extent switch { DeviceExtent.Nothing => 0, DeviceExtent.Output => places, _ => places * plan.MessageQuads }),
            Take(toLoops.Extent switch { DeviceExtent.Nothing => 0, DeviceExtent.Output => places / IlgpuPlan.BlockLanes, _ => places * plan.MessageQuads }),
            newHidden, checked((int)next));

        int Take(long quads)
        {
            var offset = checked((int)next);
            next += quads;
            return offset;
        }
    }
}
