using System.Linq;
using Vsml.Generators.Planning.Ilgpu;

namespace Vsml.Generators.Emission.Ilgpu;

/// <summary>Emits the pass of a dense turn over its states: all micro ticks of a sub-RNN at once, its state read and written once.</summary>
internal static class DenseStepEmitter
{
    /// <summary>Writes the methods.</summary>
    public static void Write(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        writer.Line("/// <summary>The sub-RNNs of a dense layer take a turn. A warp takes a block of 32 lanes at SubRnns loops.</summary>");
        writer.Line("private static void Step<TLaneGates>(Worker worker, in Turn turn, Example example, ArrayView<Quad> theta)\n    where TLaneGates : struct, ILaneGates");
        using (writer.Body())
        {
            writer.Line(
                """
                var (scratch, padded, blocks) = (example.Scratch, turn.PaddedLanes, turn.PaddedLanes / 32);
                // From a sub-RNN to the one at the next loop, in states and in what is sent.
                var (nextState, nextMessage) = (StateQuads * padded, MessageQuads * padded);
                """);
            using (writer.Block("for (var task = worker.Warp; task < turn.PaddedLoops / SubRnns * blocks; task += worker.Warps)"))
            {
                writer.Line(
                    """
                    var (loop, block) = (task / blocks * SubRnns, task % blocks);
                    var end = 32 * block + 32 < turn.Lanes ? 32 * block + 32 : turn.Lanes;
                    var loopGates = turn.LoopGates + loop * Units;
                    """);
                if (HasOutputToLoops(plan)) writer.Line("var output = default(Floats);");
                using (writer.Block("for (var lane = 32 * block + worker.Lane; lane < end; lane += worker.Lanes)"))
                    WriteSubRnns(writer, plan, state);
                if (HasOutputToLoops(plan))
                    using (writer.Block("if (turn.ToLoops.Extent == Sent.Output)"))
                        writer.Line(
                            """
                            output = worker.Sum(output);
                            if (worker.Lane == 0) Quads.Store(scratch, turn.SentToLoops + block * turn.PaddedLoops + loop, 1, output);
                            """);
            }
        }
        writer.Line();
        WriteQuad(writer, state);
    }

    private static bool HasOutputToLoops(IlgpuPlan plan) => plan.Turns.Any(turn => turn.ToLoops.Extent == DeviceExtent.Output);

    private static void WriteSubRnns(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        writer.Line(
            """
            var at = loop * nextState + lane;
            var gates = new LaneGates
            {
                Message = example.Message(turn.FromLanes, lane, 0), Theta = theta, Rows = turn.FromLanes.Rows,
                Scratch = scratch, Projected = turn.LaneGates + lane, PaddedLanes = padded,
            };
            """);
        if (state.InRegisters) WriteTicksInRegisters(writer, plan, state);
        else WriteTicksInMemory(writer);
        WriteSends(writer, plan, state);
    }

    private static void WriteTicksInRegisters(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        WriteLoads(writer, plan, state, "nextState");
        writer.Line("var (ticks, recurrent) = (turn.MicroTicks, turn.Recurrent);");
        using (writer.Block("for (var tick = 0; tick < ticks; tick++)"))
        {
            writer.Line("// All entries see h as it was before the micro tick.");
            var before = plan.UsesTensorCores ? string.Join(", ", state.Quads.Select(quad => StateText.Name("r", quad))) : state.Arguments;
            if (plan.UsesTensorCores)
                foreach (var quad in state.Quads) writer.Line($"var {StateText.Name("r", quad)} = Operand.Round({StateText.Name("h", quad)});");
            foreach (var quad in state.Quads)
                writer.Line($"var {StateText.Name("n", quad)} = StepQuad<TLaneGates>({quad}, theta, recurrent, scratch, loopGates, gates, ref {StateText.Name("c", quad)}, {before});");
            foreach (var quad in state.Quads) writer.Line($"{StateText.Name("h", quad)} = {StateText.Name("n", quad)};");
        }
        WriteStores(writer, plan, state, "nextState");
    }

    /// <summary>Writes how a thread loads h and c of its sub-RNNs.</summary>
    /// <param name="writer">Receives the text.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="state">How h is handed on.</param>
    /// <param name="distance">From one sub-RNN of the thread to the next one.</param>
    /// <param name="step">From one quad of the thread to the next one, in quads of a sub-RNN.</param>
    public static void WriteLoads(SourceWriter writer, IlgpuPlan plan, StateText state, string distance, int step = 1)
    {
        var hidden = plan.StoresHalves ? "example.Source.Cast<HalfQuad>()" : "example.Source";
        foreach (var (name, field, from) in new[] { ("h", "Hidden", hidden), ("c", "Cell", "example.Source") })
            foreach (var quad in state.Quads)
                writer.Line($"var {StateText.Name(name, quad)} = {state.Quad}.Load({from}, turn.{field} + at{Offset(step * quad)}, {distance});");
    }

    /// <summary>Writes how it stores them.</summary>
    /// <param name="writer">Receives the text.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="state">How h is handed on.</param>
    /// <param name="distance">From one sub-RNN of the thread to the next one.</param>
    /// <param name="step">From one quad of the thread to the next one, in quads of a sub-RNN.</param>
    public static void WriteStores(SourceWriter writer, IlgpuPlan plan, StateText state, string distance, int step = 1)
    {
        var hidden = plan.StoresHalves ? "example.Target.Cast<HalfQuad>()" : "example.Target";
        foreach (var (name, field, to) in new[] { ("h", "Hidden", hidden), ("c", "Cell", "example.Target") })
            foreach (var quad in state.Quads)
                writer.Line($"{state.Quad}.Store({to}, turn.{field} + at{Offset(step * quad)}, {distance}, {StateText.Name(name, quad)});");
    }

    private static string Offset(int quad) => quad == 0 ? "" : quad == 1 ? " + padded" : $" + {CodeText.Literal(quad)} * padded";

    private static void WriteTicksInMemory(SourceWriter writer) => writer.Line(
        """
        var (states, hidden, cell, step) = (example.Target, turn.Hidden + at, turn.Cell + at, padded);
        for (var quad = 0; quad < StateQuads; quad++)
        {
            states[hidden + quad * step] = example.Source[hidden + quad * step];
            states[cell + quad * step] = example.Source[cell + quad * step];
        }
        for (var tick = 0; tick < turn.MicroTicks; tick++)
        {
            // All entries see h as it was before the micro tick.
            var newHidden = turn.NewHidden + worker.Thread;
            for (var quad = 0; quad < StateQuads; quad++)
            {
                var c = states[cell + quad * step];
                scratch[newHidden + quad * worker.Threads] = StepQuad<TLaneGates>(quad, theta, turn.Recurrent, scratch, loopGates, gates, ref c, states, hidden, step);
                states[cell + quad * step] = c;
            }
            for (var quad = 0; quad < StateQuads; quad++) states[hidden + quad * step] = scratch[newHidden + quad * worker.Threads];
        }
        """);

    private static void WriteSends(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        foreach (var axis in new[] { "ToLanes", "ToLoops" })
        {
            var extents = plan.Turns.Where(turn => turn.Plan.Layer.Geometry is null).Select(turn => axis == "ToLanes" ? turn.ToLanes.Extent : turn.ToLoops.Extent).ToArray();
            if (extents.Contains(DeviceExtent.Everything))
                writer.Line($"if (turn.{axis}.Extent == Sent.Everything) Send(scratch, turn.Sent{axis} + loop * nextMessage + lane, padded, nextMessage, theta, turn.{axis}, {state.Arguments});");
            if (!extents.Contains(DeviceExtent.Output)) continue;
            var output = plan.Network.Architecture.MessageLayerNorm
                ? $"NormalisedOutputOf(theta, turn.{axis}, {state.Arguments})"
                : $"OutputOf(theta, turn.{axis}.Weights, {state.Arguments})";
            writer.Line(axis == "ToLoops"
                ? $"if (turn.ToLoops.Extent == Sent.Output) output += {output};"
                : $"if (turn.ToLanes.Extent == Sent.Output) Quads.Store(scratch, turn.SentToLanes + loop * padded + lane, padded, {output});");
        }
    }

    private static void WriteQuad(SourceWriter writer, StateText state)
    {
        writer.Line("/// <summary>A micro tick of the state entries 4 quad .. 4 quad + 3: gates = what messages and bias give + h W, then the cell.</summary>");
        writer.Line($"private static Quads StepQuad<TLaneGates>(int quad, ArrayView<Quad> theta, int recurrent, ArrayView<Quad> scratch, int loopGates, LaneGates lane, ref Quads cell, {state.Parameters})\n    where TLaneGates : struct, ILaneGates");
        using (writer.Body())
        {
            writer.Line("var (unit, row) = (4 * quad, recurrent + 4 * quad * Units);");
            for (var entry = 0; entry < 4; entry++)
            {
                var name = "xyzw"[entry].ToString();
                var plus = entry == 0 ? "" : $" + {CodeText.Literal(entry)}";
                writer.Line($"var {name} = AddState(TLaneGates.Add(Quads.Load(scratch, loopGates + unit{plus}, Units), lane, unit{plus}), theta, row{(entry == 0 ? "" : entry == 1 ? " + Units" : $"{plus} * Units")}, {state.Arguments});");
            }
            foreach (var name in new[] { "x", "y", "z", "w" }) writer.Line($"var {name}Hidden = Quads.Step({name}, cell.{name.ToUpperInvariant()}, out var {name}Cell);");
            writer.Line("cell = new Quads(xCell, yCell, zCell, wCell);");
            writer.Line("return new Quads(xHidden, yHidden, zHidden, wHidden);");
        }
        writer.Line();
    }
}
