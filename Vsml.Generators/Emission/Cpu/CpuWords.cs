using System.Linq;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>What emitted code calls the parts of a plan.</summary>
internal static class CpuWords
{
    /// <summary>Rows of weights that take messages in.</summary>
    /// <param name="port">The messages.</param>
    public static string Rows(ReceivedMessages port) => port.Direction + "Input";

    /// <summary>The messenger that makes messages.</summary>
    /// <param name="port">The messages.</param>
    public static string Messenger(SentMessages port) => port.Direction + "Messenger";

    /// <summary>The same messenger for convolutions, where entries are lanes.</summary>
    /// <param name="port">The messages.</param>
    public static string EntryMessenger(SentMessages port) => "Entry" + port.Direction;

    /// <summary>Messages that come in, in a turn.</summary>
    /// <param name="port">The messages.</param>
    public static string Incoming(ReceivedMessages port) => port.Direction == Direction.Forward ? "workspace." + Forward(port.Boundary) : Backward(port);

    /// <summary>Messages that came in, in the reverse of a turn.</summary>
    /// <param name="port">The messages.</param>
    public static string Received(ReceivedMessages port) => port.Direction == Direction.Forward ? "forward" + Index(port.Boundary) : Backward(port);

    /// <summary>Messages that go out.</summary>
    /// <param name="port">The messages.</param>
    public static string Outgoing(SentMessages port) => port.Direction == Direction.Forward ? "workspace." + Forward(port.Boundary) : "target.Backward" + Index(port.Boundary);

    /// <summary>Gradients of messages that came in.</summary>
    /// <param name="port">The messages.</param>
    public static string Adjoint(ReceivedMessages port) => Adjoint(port.Direction, port.Boundary);

    /// <summary>Gradients of messages that went out.</summary>
    /// <param name="port">The messages.</param>
    public static string Adjoint(SentMessages port) => Adjoint(port.Direction, port.Boundary);

    /// <summary>The entries of messages that are sent, as two arguments: the first, and how many.</summary>
    /// <param name="port">The messages.</param>
    public static string Entries(SentMessages port) => $"{CodeText.Literal(port.FirstEntry)}, {CodeText.Literal(port.Entries)}";

    /// <summary>What a sum of messages is multiplied by.</summary>
    /// <param name="port">The messages.</param>
    public static string Share(SentMessages port) => "1f / " + (
        !port.Terms.IsFree ? CodeText.Literal((float)port.Divisor)
        : port.Scale == MessageScale.Root ? $"(float)Math.Sqrt((double){port.Terms})"
        : $"(float){port.Terms}");

    /// <summary>How often a constant that every term has counts in a message, as a further argument where the network needs one.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="port">The messages.</param>
    public static string ConstantArgument(CpuPlan plan, SentMessages port) => plan.Network.ScalesConstants ? ", " + ConstantShare(port) : "";

    /// <summary>How often a constant that every term has counts in a message.</summary>
    /// <param name="port">The messages.</param>
    public static string ConstantShare(SentMessages port) =>
        port.IsMean ? "1f"
        : port.Terms.IsFree ? $"(float)({port.Terms} / Math.Sqrt((double){port.Terms}))"
        : CodeText.Literal((float)port.ConstantShare);

    /// <summary>Free sizes of a turn's layer, as further parameters.</summary>
    /// <param name="turn">The turn.</param>
    public static string SizeParameters(CpuTurn turn) => string.Concat(turn.FreeSizes.Select(size => $", nuint {size}"));

    /// <summary>Writes the extents of a dense turn as locals: constants, or what follows from free sizes.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="further">Further constants, each after a comma.</param>
    /// <param name="furtherFree">The same where a size is free.</param>
    public static void WriteExtents(SourceWriter writer, CpuTurn turn, string further = "", string furtherFree = "")
    {
        var layer = turn.Layer;
        if (!layer.IsFree)
        {
            writer.Line($"const int blocks = {layer.BlockCount}, loops = {layer.Loops}{further};");
            return;
        }
        writer.Line($"nuint blocks = ({layer.Lanes} + {Blocks.Lanes - 1}) / {Blocks.Lanes}, loops = {layer.Loops}{furtherFree};");
        foreach (var size in turn.FreeSizes) writer.Line($"var {Blocks.Pad(size)} = ({size} + {Blocks.Lanes - 1}) / {Blocks.Lanes} * {Blocks.Lanes};");
    }

    /// <summary>Number of lanes of a block that count, as a float: fewer than 16 in the last.</summary>
    /// <param name="layer">A layer that may have padding.</param>
    public static string LanesOfBlock(CpuLayer layer) =>
        $"block == blocks - 1 ? {(layer.Lanes.IsFree ? $"(float)({layer.Lanes} - block * BlockLanes)" : CodeText.Literal((long)layer.LastLanes) + "f")} : 16f";

    /// <summary>A number of floats where an int is needed.</summary>
    /// <param name="floats">The number.</param>
    public static string Count(Extent floats) => floats.IsFree ? $"(int)({floats})" : floats.ToString();

    /// <summary>Row of the position features' weights that belongs to the places of a side.</summary>
    /// <param name="side">The side.</param>
    public static string FeatureRow(CpuSide side) => side.Reads.Direction == Direction.Forward ? "0" : "1";

    /// <summary>The position feature of a layer.</summary>
    /// <param name="features">The features.</param>
    public static string LayerFeature(PositionFeatures features) =>
        features.Layers > 1 ? $"{CodeText.Literal(features.Layer)}f / {CodeText.Literal(features.Layers - 1)}f" : "0f";

    private static string Adjoint(Direction direction, int boundary) =>
        direction == Direction.Forward ? "adjoint." + Forward(boundary) : "adjoint.State.Backward" + Index(boundary);

    // A backward sweep writes messages into the state that it leaves; all others wait in the state that it found.
    private static string Backward(ReceivedMessages port) => (port.Origin == MessageOrigin.ThisSweep ? "target" : "source") + ".Backward" + Index(port.Boundary);

    private static string Forward(int boundary) => "Forward" + Index(boundary);

    private static string Index(int boundary) => $"[{CodeText.Literal(boundary)}]";
}
