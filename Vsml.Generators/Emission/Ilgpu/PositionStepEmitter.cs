using System.Linq;
using Vsml.Generators.Planning.Ilgpu;

namespace Vsml.Generators.Emission.Ilgpu;

/// <summary>Emits a micro tick of a convolution: every sub-RNN steps at all output positions, then its states are averaged.</summary>
internal static class PositionStepEmitter
{
    /// <summary>Writes the methods.</summary>
    public static void Write(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        writer.Line("/// <summary>A warp takes a sub-RNN, its threads take output positions in turns.</summary>");
        writer.Line("private static void StepPositions(Worker worker, Turn turn, Example example, ArrayView<Quad> before, ArrayView<Quad> theta, bool sends)");
        using (writer.Body())
        {
            writer.Line("var (scratch, windows) = (example.Scratch, turn.Windows);");
            writer.Line("var (inputs, positions) = (windows.Height * windows.Width, windows.Rows * windows.Columns);");
            if (!state.InRegisters) writer.Line("var (states, hidden, step) = (scratch, turn.NewHidden + worker.Thread, worker.Threads);");
            using (writer.Block("for (var subRnn = worker.Warp; subRnn < turn.Loops; subRnn += worker.Warps)"))
            {
                writer.Line(
                    """
                    var (tap, channel, output) = (subRnn / windows.OutputChannels / windows.Channels, subRnn / windows.OutputChannels % windows.Channels, subRnn % windows.OutputChannels);
                    var at = subRnn * StateQuads;
                    """);
                if (state.InRegisters) WriteInRegisters(writer, plan, state);
                else WriteInMemory(writer, plan, state);
            }
        }
        writer.Line();
        WriteQuad(writer);
    }

    private static void WriteInRegisters(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        foreach (var quad in state.Quads) writer.Line($"var {StateText.Name("c", quad)} = before[turn.Cell + at{Plus(quad)}];");
        foreach (var quad in state.Quads) writer.Line($"var ({StateText.Name("hSum", quad)}, {StateText.Name("cSum", quad)}) = (default(Quad), default(Quad));");
        using (WritePositions(writer))
        {
            foreach (var quad in state.Quads)
            {
                writer.Line($"var {StateText.Name("d", quad)} = {StateText.Name("c", quad)};");
                writer.Line($"var {StateText.Name("h", quad)} = StepQuadAt({quad}, scratch, stateGates, laneGates, inputs, loopGates, positions, ref {StateText.Name("d", quad)});");
            }
            foreach (var quad in state.Quads)
            {
                writer.Line($"{StateText.Name("hSum", quad)} += {StateText.Name("h", quad)};");
                writer.Line($"{StateText.Name("cSum", quad)} += {StateText.Name("d", quad)};");
            }
            WriteSends(writer, plan, state);
        }
        foreach (var quad in state.Quads)
            writer.Line($"({StateText.Name("hSum", quad)}, {StateText.Name("cSum", quad)}) = (worker.Sum({StateText.Name("hSum", quad)}), worker.Sum({StateText.Name("cSum", quad)}));");
        writer.Line("if (worker.Lane != 0) continue;");
        foreach (var quad in state.Quads)
        {
            writer.Line(plan.StoresHalves
                ? $"example.Target.Cast<HalfQuad>()[turn.Hidden + at{Plus(quad)}] = HalfQuad.Of({StateText.Name("hSum", quad)} * (1f / positions));"
                : $"example.Target[turn.Hidden + at{Plus(quad)}] = {StateText.Name("hSum", quad)} * (1f / positions);");
            writer.Line($"example.Target[turn.Cell + at{Plus(quad)}] = {StateText.Name("cSum", quad)} * (1f / positions);");
        }
    }

    private static void WriteInMemory(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        writer.Line(
            """
            var (hSum, cSum) = (hidden + StateQuads * step, hidden + 2 * StateQuads * step);
            for (var quad = 0; quad < 2 * StateQuads; quad++) scratch[hSum + quad * step] = default;
            """);
        using (WritePositions(writer))
        {
            using (writer.Block("for (var quad = 0; quad < StateQuads; quad++)"))
                writer.Line(
                    """
                    var c = before[turn.Cell + at + quad];
                    var h = StepQuadAt(quad, scratch, stateGates, laneGates, inputs, loopGates, positions, ref c);
                    scratch[hidden + quad * step] = h;
                    scratch[hSum + quad * step] += h;
                    scratch[cSum + quad * step] += c;
                    """);
            WriteSends(writer, plan, state);
        }
        using (writer.Block("for (var quad = 0; quad < StateQuads; quad++)"))
            writer.Line(
                """
                var (h, c) = (worker.Sum(scratch[hSum + quad * step]), worker.Sum(scratch[cSum + quad * step]));
                if (worker.Lane != 0) continue;
                example.Target[turn.Hidden + at + quad] = h * (1f / positions);
                example.Target[turn.Cell + at + quad] = c * (1f / positions);
                """);
    }

    private static SourceWriter.Scope WritePositions(SourceWriter writer)
    {
        var scope = writer.Block("for (var position = worker.Lane; position < positions; position += worker.Lanes)");
        WritePlaces(writer);
        return scope;
    }

    /// <summary>Writes where a sub-RNN's window place falls at a position, and where what its gates are made of is found.</summary>
    public static void WritePlaces(SourceWriter writer) => writer.Line(
        """
        var row = position / windows.Columns * windows.Stride + tap / windows.Kernel - windows.Border;
        var column = position % windows.Columns * windows.Stride + tap % windows.Kernel - windows.Border;
        var inside = row >= 0 && row < windows.Height && column >= 0 && column < windows.Width;
        var stateGates = turn.StateGates + subRnn * Units;
        var laneGates = inside ? turn.LaneGates + channel * Units * inputs + row * windows.Width + column : -1;
        var loopGates = turn.LoopGates + output * Units * positions + position;
        """);

    private static void WriteSends(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        var convolutions = plan.Turns.Where(turn => turn.Plan.Layer.Geometry is not null).ToArray();
        foreach (var axis in new[] { "ToLanes", "ToLoops" })
            if (convolutions.Any(turn => (axis == "ToLanes" ? turn.ToLanes : turn.ToLoops).Extent == DeviceExtent.Everything))
                writer.Line($"if (sends && turn.{axis}.Extent == Sent.Everything) Send(scratch, turn.Sent{axis} + subRnn * MessageQuads * positions + position, positions, 0, theta, turn.{axis}, {state.Arguments});");
    }

    private static string Plus(int quad) => quad == 0 ? "" : $" + {CodeText.Literal(quad)}";

    private static void WriteQuad(SourceWriter writer)
    {
        writer.Line("/// <summary>A micro tick of four state entries at a position: gates = what state, input place (none beyond the edge) and output place give.</summary>");
        writer.Line("private static Quad StepQuadAt(int quad, ArrayView<Quad> scratch, int stateGates, int laneGates, int inputs, int loopGates, int positions, ref Quad cell)");
        using (writer.Body())
        {
            WriteGates(writer);
            foreach (var name in new[] { "x", "y", "z", "w" }) writer.Line($"var {name}Hidden = Quad.Step({name}, cell.{name.ToUpperInvariant()}, out var {name}Cell);");
            writer.Line("cell = new Quad(xCell, yCell, zCell, wCell);");
            writer.Line("return new Quad(xHidden, yHidden, zHidden, wHidden);");
        }
        writer.Line();
    }

    /// <summary>Writes the gates of four state entries.</summary>
    public static void WriteGates(SourceWriter writer)
    {
        for (var entry = 0; entry < 4; entry++)
        {
            var (name, plus) = ("xyzw"[entry].ToString(), Plus(entry));
            writer.Line($"var {name} = scratch[stateGates + 4 * quad{plus}] + scratch[loopGates + (4 * quad{plus}) * positions];");
        }
        using (writer.Block("if (laneGates >= 0)"))
            for (var entry = 0; entry < 4; entry++) writer.Line($"{"xyzw"[entry].ToString()} += scratch[laneGates + (4 * quad{Plus(entry)}) * inputs];");
    }
}
