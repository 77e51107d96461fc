using Vsml.Reference;

namespace Vsml.Samples.Pictures;

/// <summary>The turns of three layers over two examples, and which messages of which turn each of them reads, found by running both schedules.</summary>
internal static class TicksPicture
{
    private const int Layers = 3, Examples = 2, BoxWidth = 54, BoxHeight = 34, Left = 24, LayerHeight = 64, Padding = 20, Between = 28;

    /// <summary>The drawing.</summary>
    public static string Draw()
    {
        var drawing = new Drawing(980, 660, "The turns of three layers over two examples, without and with a backward sweep");
        DrawSchedule(drawing, BackwardSweep.None, 133, 20, "backwardSweep none: the error arrives with the next example's tick");
        DrawSchedule(drawing, BackwardSweep.Separate, 73, 330, "backwardSweep separate: once the error is known, layers take another turn, last to first");
        drawing.Text(Left, 642, "A box is a turn; its bars are micro ticks, all under the same messages. Arrows lead from the turn that sent a message to those that read it.", colour: Drawing.Quiet, size: 13);
        return drawing.ToString();
    }

    private static void DrawSchedule(Drawing drawing, BackwardSweep sweep, int step, int top, string title)
    {
        var (network, examples) = Run(sweep);
        drawing.Text(Left, top + 8, title, size: 16);
        var (x, sent) = (Left + Padding, new List<Sent>());
        for (var e = 0; e < examples.Count; e++)
        {
            var turns = examples[e].ForwardSweeps.SelectMany(turn => turn).Concat(examples[e].BackwardSweep).ToList();
            var width = (turns.Count - 1) * step + BoxWidth;
            drawing.Box(x - Padding, top + 24, width + 2 * Padding, Layers * LayerHeight + 58, "none", "#bbb", round: 8);
            drawing.Text(x - 10, top + 46, $"example {e + 1}");
            for (var i = 0; i < turns.Count; i++)
            {
                var isBackward = i >= examples[e].ForwardSweeps.Sum(turn => turn.Count);
                var at = x + i * step;
                DrawTurn(drawing, turns[i], isBackward, at, YOf(turns[i].Layer, top), sent);
                var (after, messages) = network.Layer(turns[i].Layer).MicroTick(network.Theta.ToArray(), turns[i].Place, turns[i].States[^1], turns[i].Forward, turns[i].Backward);
                sent.Add(new(turns[i].Layer, at, YOf(turns[i].Layer, top), messages));
            }
            x += width + 2 * Padding + Between;
        }
    }

    private static int YOf(int layer, int top) => top + 70 + (Layers - 1 - layer) * LayerHeight;

    private static void DrawTurn(Drawing drawing, TurnRecord turn, bool isBackward, int x, int y, List<Sent> sent)
    {
        // Who sent what this turn reads; input, error and label come from outside.
        if (sent.FindLast(one => one.Layer == turn.Layer - 1 && one.Messages.Forward.SequenceEqual(turn.Forward)) is { } below) Connect(drawing, below, x, y, isBackward: false);
        else if (turn.Layer == 0)
        {
            drawing.Text(x + BoxWidth / 2, y + BoxHeight + 34, "input", "middle", Drawing.Forward, 12);
            drawing.Arrow(x + BoxWidth / 2, y + BoxHeight + 22, x + BoxWidth / 2, y + BoxHeight + 3, isBackward: false);
        }
        if (sent.FindLast(one => one.Layer == turn.Layer + 1 && one.Messages.Backward.SequenceEqual(turn.Backward)) is { } above) Connect(drawing, above, x, y, isBackward: true);
        else if (turn.Backward.Any(value => value != 0))
        {
            drawing.Text(x + BoxWidth / 2, y - 22, "error", "middle", Drawing.Backward, 12);
            drawing.Arrow(x + BoxWidth / 2, y - 18, x + BoxWidth / 2, y - 3, isBackward: true);
        }
        drawing.Box(x, y, BoxWidth, BoxHeight, isBackward ? "#fbe9e0" : "#e4edf9", isBackward ? Drawing.Backward : Drawing.Forward, round: 4);
        drawing.Text(x + 8, y + 22, $"L{turn.Layer}");
        for (var tick = 0; tick < turn.States.Length; tick++) drawing.Box(x + 32 + tick * 8, y + 9, 4, 16, isBackward ? Drawing.Backward : Drawing.Forward);
    }

    private static void Connect(Drawing drawing, Sent from, int x, int y, bool isBackward)
    {
        var shift = isBackward ? 6 : -6;
        drawing.Arrow(from.X + BoxWidth / 2 + BoxWidth / 4, from.Y + (from.Y > y ? 0 : BoxHeight), x + BoxWidth / 2 + shift, y + (from.Y > y ? BoxHeight + 3 : -3), isBackward);
    }

    private static (ReferenceNetwork Network, List<ExampleRecord> Examples) Run(BackwardSweep sweep)
    {
        var architecture = new Architecture
        {
            StateSize = 4, MessageSize = 4, Layers = [.. Enumerable.Repeat(new DenseLayerSpec(2, 2), Layers)],
            Schedule = new TickSchedule { MicroTicks = [2], BackwardSweep = sweep },
        };
        var network = new ReferenceNetwork(architecture, Array.ConvertAll(MetaParameters.Initial(architecture, seed: 1).Values.ToArray(), value => (double)value));
        var records = new List<ExampleRecord>();
        for (var e = 0; e < Examples; e++)
        {
            records.Add(new());
            network.Step([e + 1, -1], [1, 0], records[^1]);
        }
        return (network, records);
    }

    /// <summary>A turn that was drawn, and what it sent.</summary>
    private sealed record Sent(int Layer, int X, int Y, LayerMessages Messages);
}
