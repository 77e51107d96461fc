using System.Globalization;
using System.Linq;
using System.Text;

namespace Vsml.Generators.Planning;

/// <summary>Prints a plan for people: theta, boundaries, layers, then the turns of an example in order.</summary>
internal static class NetworkPlanText
{
    /// <summary>The text, with LF line ends.</summary>
    /// <param name="plan">The plan.</param>
    public static string Of(NetworkPlan plan)
    {
        var text = new StringBuilder();
        Line(0, $"network: state {plan.Architecture.StateSize}, messages {plan.Architecture.MessageSize}");
        WriteTheta(plan);
        Line(0, $"boundaries");
        foreach (var boundary in plan.Boundaries) Line(1, $"{Boundary(boundary)}");
        Line(0, $"layers");
        foreach (var layer in plan.Layers) Line(1, $"{Layer(layer)}, initial c {(plan.Architecture.RandomCellEntries == 0 ? "zero" : $"random in {Entries(0, plan.Architecture.RandomCellEntries)}, deviation {layer.CellDeviation?.ToString("g4", CultureInfo.InvariantCulture) ?? $"1 / sqrt({layer.Inputs})"}")}");
        foreach (var sweep in plan.Sweeps)
        {
            if (sweep.Kind == Sweep.Backward) WriteOutput();
            Line(0, $"{Title(sweep)}{(sweep.MergesBatch && plan.MergedEntries > 0 ? $", a batch's states merged before: {Entries(0, plan.MergedEntries)} of h and c" : "")}");
            foreach (var turn in sweep.Turns) WriteTurn(turn);
        }
        if (plan.Find(Sweep.Backward) is null) WriteOutput();
        return text.ToString();

        void Line(int depth, System.FormattableString line) => text.Append(' ', 2 * depth).Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        void WriteTheta(NetworkPlan plan)
        {
            var theta = plan.Theta;
            Line(0, $"theta: {theta.Count} floats");
            foreach (var group in theta.Groups) Line(1, $"group {group.Name}: {group.Length} floats from {group.Offset}");
            Line(1, $"in a group: forward rows {theta.ForwardRows}, backward rows {theta.BackwardRows}{Optional("position rows", theta.PositionRows)}, recurrent rows {theta.RecurrentRows}, bias {theta.Bias}{Optional("initial cell", theta.InitialCell)}");
            Line(1, $"forward messenger: {Messenger(theta.Forward)}");
            Line(1, $"backward messenger: {Messenger(theta.Backward)}");
        }

        void WriteOutput()
        {
            var output = plan.Output;
            Line(0, $"output: entry {output.Entry} of forward messages at boundary {output.Boundary}{(output.Bound > 0 ? $", bounded by {output.Bound.ToString(CultureInfo.InvariantCulture)}" : "")}");
            Line(1, $"then error{(output.LabelEntry < 0 ? "" : " and label")} for {(output.ReadIn == Sweep.Backward ? "the backward sweep" : "the next example's first sweep")}");
        }

        void WriteTurn(TurnPlan turn)
        {
            Line(1, $"layer {turn.Layer.Index}: theta {plan.Theta.Groups[turn.Group].Name}, {turn.MicroTicks} micro {(turn.MicroTicks == 1 ? "tick" : "ticks")}{(turn.MicroTicks > 1 ? turn.FusesMicroTicks ? ", fused" : ", one after another" : "")}");
            foreach (var port in new[] { turn.ReadsForward, turn.ReadsBackward }) Line(2, $"reads {Port(port)}");
            foreach (var port in new[] { turn.SendsForward, turn.SendsBackward }) Line(2, $"sends {Port(port, plan.Summands)}");
        }
    }

    private static string Title(SweepPlan sweep) => sweep.Kind switch
    {
        Sweep.First => "first sweep",
        Sweep.Further => $"further sweeps, {Text(sweep.Count)} of them",
        _ => "backward sweep",
    };

    private static string Boundary(BoundaryPlan boundary)
    {
        var shape = boundary.Rows * boundary.Columns > 1 ? $" ({Text(boundary.Rows)}x{Text(boundary.Columns)}x{boundary.Channels})" : "";
        return $"{Text(boundary.Index)}: {boundary.Places} places{shape}, forward {Entries(boundary.ForwardFirst, boundary.ForwardEntries)}, backward {Entries(0, boundary.BackwardEntries)}";
    }

    private static string Layer(LayerPlan layer)
    {
        var text = $"{Text(layer.Index)}: {layer.Spec}, {(layer.Inputs.IsFree || layer.Outputs.IsFree ? $"{layer.Inputs} * {layer.Outputs}" : Text(layer.SubRnns))} sub-RNNs";
        if (layer.Geometry is { } conv)
        {
            text += $" at {Text(conv.Positions)} positions, border {Text(conv.Border)}, a place read from {Readers(conv.Height, conv.Rows)} rows and {Readers(conv.Width, conv.Columns)} columns";
        }
        if (layer.Positions is { } positions)
            text += $", positions a/{Last(positions.Inputs)}, b/{Last(positions.Outputs)}, {Text(positions.Layer)}/{Last(positions.Layers)}";
        return text;

        string Readers(int inputs, int outputs)
        {
            var readers = Enumerable.Range(0, inputs).Select(input => conv.Readers(input, outputs)).ToArray();
            return $"{Text(readers.Min())}..{Text(readers.Max())}";
        }
    }

    // One place has position 0, whatever it is divided by.
    private static string Last(Extent places) => places.IsFree ? $"({places} - 1)" : Text(places.Number > 1 ? places.Number - 1 : 1);

    private static string Port(ReceivedMessages port) => $"{Name(port.Direction)} at {Text(port.Boundary)}: " + port.Origin switch
    {
        MessageOrigin.Zero => "zeros",
        MessageOrigin.Input => $"input, {Entries(0, port.Entries)}",
        MessageOrigin.Feedback => $"feedback, {Entries(0, port.Entries)}",
        MessageOrigin.ThisSweep => $"{Entries(0, port.Entries)} of this sweep",
        _ => $"{Entries(0, port.Entries)} of the sweep before",
    };

    private static string Port(SentMessages port, Summands summands) => $"{Name(port.Direction)} to {Text(port.Boundary)}: " + (port.IsRead
        ? $"{Entries(port.FirstEntry, port.Entries)}, {port.Terms} {(summands == Summands.States ? "states" : "normalised messages")} / {(port.Terms.IsFree ? port.Scale == MessageScale.Root ? $"sqrt({port.Terms})" : port.Terms.ToString() : port.Divisor.ToString("g6", CultureInfo.InvariantCulture))}"
        : "nobody reads them");

    private static string Name(Direction direction) => direction == Direction.Forward ? "forward" : "backward";

    private static string Messenger(MessengerTensors tensors) =>
        $"weights {Text(tensors.Weights)}, bias {Text(tensors.Bias)}{Optional("scale", tensors.Scale)}{Optional("offset", tensors.Offset)}";

    private static string Optional(string name, int offset) => offset < 0 ? "" : $", {name} {Text(offset)}";

    private static string Entries(int first, int count) => count switch
    {
        0 => "no entries",
        1 => $"entry {Text(first)}",
        _ => $"entries {Text(first)}..{Text(first + count - 1)}",
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
