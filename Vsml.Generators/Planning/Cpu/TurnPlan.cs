namespace Vsml.Generators.Emission;

/// <summary>How much of the outgoing forward messages of a turn anybody reads.</summary>
public enum Sending
{
    /// <summary>Nothing: the next sweep replaces the messages unread.</summary>
    Nothing,

    /// <summary>The output entry alone.</summary>
    Output,

    /// <summary>All M entries.</summary>
    Everything,
}

/// <summary>One turn of a layer: all of its micro ticks under fixed incoming messages, and what goes out after the last.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="IsBackward">Whether the turn belongs to the backward sweep.</param>
/// <param name="Group">Index of the parameter group of its sub-RNNs.</param>
/// <param name="MicroTicks">Number of LSTM steps.</param>
/// <param name="ForwardChannels">Leading entries of the incoming forward messages that can differ from zero.</param>
/// <param name="BackwardChannels">Leading entries of the incoming backward messages that can differ from zero.</param>
/// <param name="SendsForward">What is read of its outgoing forward messages.</param>
/// <param name="SendsBackward">Whether its outgoing backward messages are read.</param>
public sealed record TurnPlan(
    LayerPlan Layer,
    bool IsBackward,
    int Group,
    int MicroTicks,
    int ForwardChannels,
    int BackwardChannels,
    Sending SendsForward,
    bool SendsBackward)
{
    /// <summary>Name of the turn in emitted code, for example "Layer0Forward".</summary>
    public string Name => $"Layer{Layer.Index}{(IsBackward ? "Backward" : "Forward")}";

    /// <summary>Whether lanes are inputs, so that forward messages are sums over lanes.</summary>
    private bool LanesAreInputs => Layer.Axis == LaneAxis.Inputs;

    /// <summary>Channels of the messages that come in along the lane axis.</summary>
    public int LaneChannels => LanesAreInputs ? ForwardChannels : BackwardChannels;

    /// <summary>Channels of the messages that come in along the looped axis.</summary>
    public int LoopChannels => LanesAreInputs ? BackwardChannels : ForwardChannels;

    /// <summary>What is sent to the places of the lane axis (sums over the looped axis).</summary>
    public Sending LaneSending => LanesAreInputs ? BackwardSending : SendsForward;

    /// <summary>What is sent to the places of the looped axis (sums over lanes).</summary>
    public Sending LoopSending => LanesAreInputs ? SendsForward : BackwardSending;

    private Sending BackwardSending => SendsBackward ? Sending.Everything : Sending.Nothing;

    /// <summary>Plans a layer's turn in the forward sweep.</summary>
    /// <param name="architecture">The architecture.</param>
    /// <param name="layer">The layer.</param>
    public static TurnPlan Forward(Architecture architecture, LayerPlan layer)
    {
        var last = layer.Index == architecture.Layers.Count - 1;
        var hasBackwardSweep = architecture.Schedule.BackwardSweep != BackwardSweep.None;
        // With a backward sweep the forward sweep sees neither error nor label, and what it sends backward is replaced
        // by the backward sweep before anybody reads it, unless another forward sweep of the same example comes first.
        var feedback = hasBackwardSweep ? 0 : FeedbackChannels(architecture);
        return new(
            layer,
            IsBackward: false,
            GroupOf(architecture, layer.Index, backward: false),
            architecture.Schedule.MicroTicksOf(layer.Index),
            ForwardIn(architecture, layer),
            last ? feedback : architecture.MessageSize,
            last ? Sending.Output : Sending.Everything,
            layer.Index > 0 && (!hasBackwardSweep || architecture.Schedule.TicksPerExample > 1));
    }

    /// <summary>Plans a layer's turn in the backward sweep.</summary>
    /// <param name="architecture">The architecture.</param>
    /// <param name="layer">The layer.</param>
    public static TurnPlan Backward(Architecture architecture, LayerPlan layer) => new(
        layer,
        IsBackward: true,
        GroupOf(architecture, layer.Index, backward: true),
        architecture.Schedule.MicroTicksOf(layer.Index),
        ForwardIn(architecture, layer),
        layer.Index == architecture.Layers.Count - 1 ? FeedbackChannels(architecture) : architecture.MessageSize,
        // The next forward sweep replaces every forward message before it is read.
        Sending.Nothing,
        layer.Index > 0);

    private static int ForwardIn(Architecture architecture, LayerPlan layer) => layer.Index == 0 ? 1 : architecture.MessageSize;

    private static int FeedbackChannels(Architecture architecture) => architecture.LabelFeedback ? 2 : 1;

    private static int GroupOf(Architecture architecture, int layer, bool backward)
    {
        var separate = backward && architecture.Schedule.BackwardSweep == BackwardSweep.Separate;
        var first = separate ? (architecture.LayerwiseParameters ? architecture.Layers.Count : 1) : 0;
        return first + (architecture.LayerwiseParameters ? layer : 0);
    }
}
