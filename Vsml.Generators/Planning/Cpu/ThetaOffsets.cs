namespace Vsml.Generators.Emission;

/// <summary>Where the tensors of a group lie in flat theta, counted from the group's first; gradients are kept in this order.</summary>
public sealed class ThetaOffsets
{
    private readonly ParameterLayout _layout;
    private readonly Architecture _architecture;

    private ThetaOffsets(Architecture architecture)
    {
        _architecture = architecture;
        _layout = ParameterLayout.Of(architecture);
        var columns = 4 * architecture.StateSize;
        ForwardInput = 0;
        BackwardInput = architecture.MessageSize * columns;
        Position = 2 * architecture.MessageSize * columns;
        Recurrent = (architecture.SubRnnInputs - architecture.StateSize) * columns;
        Bias = Of("lstm/b");
        Forward = Messenger("fwd");
        Backward = Messenger("bwd");
    }

    /// <summary>Rows of the forward message.</summary>
    public int ForwardInput { get; }

    /// <summary>Rows of the backward message.</summary>
    public int BackwardInput { get; }

    /// <summary>Rows of the position features, where there are any.</summary>
    public int Position { get; }

    /// <summary>Rows of own h.</summary>
    public int Recurrent { get; }

    /// <summary>The bias.</summary>
    public int Bias { get; }

    /// <summary>The messenger that makes forward messages.</summary>
    public MessengerOffsets Forward { get; }

    /// <summary>The messenger that makes backward messages.</summary>
    public MessengerOffsets Backward { get; }

    /// <summary>The offsets of an architecture.</summary>
    /// <param name="architecture">A valid architecture.</param>
    public static ThetaOffsets Of(Architecture architecture) => new(architecture);

    /// <summary>Index of a group's first float.</summary>
    /// <param name="turn">A turn that uses the group.</param>
    public int GroupStart(TurnPlan turn) =>
        _layout.Find(ParameterLayout.GroupOf(_architecture, turn.Layer.Index, turn.IsBackward), "lstm/w").Offset;

    private int Of(string name) => _layout.Find(_layout.Groups[0], name).Offset;

    private MessengerOffsets Messenger(string name) => new(
        Of(name + "/w"),
        Of(name + "/b"),
        _architecture.MessageLayerNorm ? Of(name + "_norm/scale") : -1,
        _architecture.MessageLayerNorm ? Of(name + "_norm/offset") : -1);
}
