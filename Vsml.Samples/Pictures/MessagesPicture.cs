using Vsml.Reference;

namespace Vsml.Samples.Pictures;

/// <summary>One example in a dense layer of three inputs and two outputs: the messages of its forward sweep and of its backward sweep, and every h.</summary>
internal static class MessagesPicture
{
    private const int Inputs = 3, Outputs = 2, ExamplesBefore = 1, Cell = 12, StateCell = 14, PanelWidth = 430, Left = 20, Top = 84, RowHeight = 84, ColumnWidth = 124;

    /// <summary>The drawing.</summary>
    public static string Draw()
    {
        var episode = new ObservedEpisode(Inputs, Outputs);
        for (var i = 0; i <= ExamplesBefore; i++) episode.Step();
        var drawing = new Drawing(2 * PanelWidth + 20, 492, "A dense layer of three inputs and two outputs: a sub-RNN in the place of each weight, with the messages that it reads and sends");
        var (forward, backward) = (episode.Record.ForwardSweeps[0][0], episode.Record.BackwardSweep[0]);
        DrawPanel(drawing, episode.Network, forward, isBackward: false, Left);
        DrawPanel(drawing, episode.Network, backward, isBackward: true, Left + PanelWidth);
        var shown = string.Join(", ", episode.Inputs.Select(value => FormattableString.Invariant($"{value:0.00}")));
        string[] caption =
        [
            $"Example {ExamplesBefore + 1} of an episode: inputs {shown}, class {episode.Class}. A field is a number, orange above 0, blue below.",
            "Field 0 of a message that comes in is the input's value, or the output's error, with the label beside it.",
            "A row of sub-RNNs reads the message of its input, a column that of its output; what is sent on is their mean.",
            "All sub-RNNs share theta; what they learn lies in h and c.",
        ];
        for (var line = 0; line < caption.Length; line++) drawing.Text(Left, 434 + 17 * line, caption[line], colour: Drawing.Quiet, size: 13);
        return drawing.ToString();
    }

    private static void DrawPanel(Drawing drawing, ReferenceNetwork network, TurnRecord turn, bool isBackward, int left)
    {
        var (m, n) = (network.Architecture.MessageSize, network.Architecture.StateSize);
        var (after, sent) = network.Layer(0).MicroTick(network.Theta.ToArray(), turn.Place, turn.States[^1], turn.Forward, turn.Backward);
        var colour = isBackward ? Drawing.Backward : Drawing.Forward;
        drawing.Text(left, 28, isBackward ? "Backward sweep" : "Forward sweep", colour: colour, size: 18);
        drawing.Text(left, 50, isBackward ? "reads error and label, sends messages to the inputs" : "reads the inputs, sends messages to the outputs", colour: colour);
        var (atInputs, atOutputs) = isBackward ? (sent.Backward, turn.Backward) : (turn.Forward, sent.Forward);
        var boxes = left + m * Cell + 44;
        for (var a = 0; a < Inputs; a++)
        {
            var y = Top + a * RowHeight;
            drawing.Text(left, y + 16, $"input {a}");
            drawing.Cells(left, y + 24, Cell, atInputs.AsSpan(a * m, m).ToArray(), m, Largest(atInputs));
            DrawArrow(drawing, (left + m * Cell + 4, y + 30), (boxes - 4, y + 30), isBackward);
            for (var b = 0; b < Outputs; b++)
            {
                var x = boxes + b * ColumnWidth;
                if (b > 0) DrawArrow(drawing, (x - ColumnWidth + 4 * StateCell + 16, y + 30), (x - 4, y + 30), isBackward);
                drawing.Box(x, y - 4, 4 * StateCell + 12, 4 * StateCell + 12, "#f3f6fb", colour, round: 6);
                drawing.Cells(x + 6, y + 2, StateCell, after.Hidden.AsSpan((a * Outputs + b) * n, n).ToArray(), 4, Largest(after.Hidden));
            }
        }
        for (var b = 0; b < Outputs; b++)
        {
            var (x, y) = (boxes + b * ColumnWidth, Top + Inputs * RowHeight);
            if (isBackward) drawing.Arrow(x + 34, y + 20, x + 34, y - 8, isBackward);
            else drawing.Arrow(x + 34, y - 8, x + 34, y + 20, isBackward);
            drawing.Cells(x - 14, y + 26, Cell, atOutputs.AsSpan(b * m, m).ToArray(), m, Largest(atOutputs));
            drawing.Text(x + 34, y + 58, $"output {b}", "middle");
        }
        drawing.Text(boxes + ColumnWidth + 34, Top - 12, "h of each sub-RNN", "middle", Drawing.Quiet, 13);
    }

    private static void DrawArrow(Drawing drawing, (int X, int Y) from, (int X, int Y) to, bool isBackward)
    {
        if (isBackward) (from, to) = (to, from);
        drawing.Arrow(from.X, from.Y, to.X, to.Y, isBackward);
    }

    private static double Largest(double[] values) => Math.Max(values.Max(Math.Abs), double.Epsilon);
}
