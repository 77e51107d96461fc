using System.Collections.Generic;
using System.Linq;
using Vsml.Generators.Planning.Ilgpu;

namespace Vsml.Generators.Emission.Ilgpu;

/// <summary>
/// Emits the pass of a dense turn for tensor cores, which multiply the h of 16 sub-RNNs with the recurrent weights at once. They hand a
/// thread all gates of the entries whose h it holds, so that nothing is exchanged between micro ticks.
/// </summary>
internal static class TileStepEmitter
{
    /// <summary>Writes the methods.</summary>
    public static void Write(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        writer.Line(
            """
            /// <summary>
            /// Step on tensor cores. A warp takes a block of 32 lanes at a loop, 16 lanes at once: of every four quads thread (row, part) has quad
            /// part, of the sub-RNNs at lanes row and row + 8.
            /// </summary>
            """);
        writer.Line("private static void StepTiles<TLaneGates>(Worker worker, in Turn turn, Example example, ArrayView<Quad> theta)\n    where TLaneGates : struct, ILaneGates");
        using (writer.Body())
        {
            writer.Line(
                """
                var (scratch, padded, blocks) = (example.Scratch, turn.PaddedLanes, turn.PaddedLanes / 32);
                var (row, part) = (worker.Lane / 4, worker.Lane % 4);
                var (nextState, nextMessage) = (StateQuads * padded, MessageQuads * padded);
                // This thread's share of the recurrent weights stays in registers.
                """);
            foreach (var (name, unit, from) in Weights(plan)) writer.Line($"var {name} = Columns.Load(worker, theta, turn.Recurrent + {unit * plan.Units + from}, Units);");
            using (writer.Block("for (var task = worker.Warp; task < turn.Loops * blocks; task += worker.Warps)"))
            {
                writer.Line(
                    """
                    var (loop, block) = (task / blocks, task % blocks);
                    var end = 32 * block + 32 < turn.Lanes ? 32 * block + 32 : turn.Lanes;
                    var loopGates = turn.LoopGates + loop * Units + 4 * part;
                    """);
                if (HasOutput(plan, toLoops: true)) writer.Line("var output = 0f;");
                using (writer.Block("for (var first = 32 * block; first < end; first += 16)"))
                    WriteTile(writer, plan, state);
                if (HasOutput(plan, toLoops: true))
                    using (writer.Block("if (turn.ToLoops.Extent == Sent.Output)"))
                        writer.Line(
                            """
                            output = worker.Sum(output);
                            if (worker.Lane == 0) Quads.Store(scratch, turn.SentToLoops + block * turn.PaddedLoops + loop, 1, output);
                            """);
            }
        }
        writer.Line();
        WriteQuad(writer, plan, state);
    }

    private static void WriteTile(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        writer.Line(
            """
            var lane = first + row;
            var at = loop * nextState + part * padded + lane;
            // Lanes that only fill up a tile get the last one's messages.
            var above = LaneGates.At(turn, example, theta, lane < turn.Lanes ? lane : turn.Lanes - 1);
            var below = LaneGates.At(turn, example, theta, lane + 8 < turn.Lanes ? lane + 8 : turn.Lanes - 1);
            """);
        DenseStepEmitter.WriteLoads(writer, plan, state, "8", step: 4);
        using (writer.Block("for (var tick = 0; tick < turn.MicroTicks; tick++)"))
        {
            writer.Line("// All entries see h as it was before the micro tick.");
            foreach (var quad in state.Quads) writer.Line($"var {StateText.Name("r", quad)} = Rows.Of({StateText.Name("h", quad)});");
            foreach (var quad in state.Quads)
                writer.Line($"{StateText.Name("h", quad)} = StepTileQuad<TLaneGates>({16 * quad} + 4 * part, scratch, loopGates{(quad == 0 ? "" : $" + {CodeText.Literal(16 * quad)}")}, above, below, ref {StateText.Name("c", quad)}, {Join(state.Quads.Select(from => StateText.Name("r", from)))}, {Join(Weights(plan).Where(weight => weight.Unit / 16 == quad).Select(weight => weight.Name))});");
        }
        DenseStepEmitter.WriteStores(writer, plan, state, "8", step: 4);
        WriteSends(writer, plan, state);
    }

    private static void WriteSends(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        foreach (var axis in new[] { "ToLanes", "ToLoops" })
            if (plan.Turns.Any(turn => turn.Plan.Layer.Geometry is null && (axis == "ToLanes" ? turn.ToLanes : turn.ToLoops).Extent == DeviceExtent.Everything))
                writer.Line($"if (turn.{axis}.Extent == Sent.Everything) Send(scratch, turn.Sent{axis} + loop * nextMessage + lane, padded, 8, theta, turn.{axis}, {state.Arguments});");
        if (HasOutput(plan, toLoops: false))
            writer.Line($"if (turn.ToLanes.Extent == Sent.Output) QuadPair.Store(scratch, turn.SentToLanes + loop * padded + lane, 8, {Output(plan, state, "ToLanes")});");
        if (!HasOutput(plan, toLoops: true)) return;
        using (writer.Block("if (turn.ToLoops.Extent == Sent.Output)"))
            writer.Line(
                $"""
                var sent = {Output(plan, state, "ToLoops")};
                if (part == 0) output += (lane < turn.Lanes ? sent.A : 0f) + (lane + 8 < turn.Lanes ? sent.B : 0f);
                """);
    }

    private static string Output(IlgpuPlan plan, StateText state, string axis) => plan.Network.Architecture.MessageLayerNorm
        ? $"NormalisedOutputOf(theta, turn.{axis}, {state.Arguments})"
        : $"OutputOf(theta, turn.{axis}.Weights, {state.Arguments})";

    private static bool HasOutput(IlgpuPlan plan, bool toLoops) =>
        plan.Turns.Any(turn => turn.Plan.Layer.Geometry is null && (toLoops ? turn.ToLoops : turn.ToLanes).Extent == DeviceExtent.Output);

    private static void WriteQuad(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        var entries = new[] { "x", "y", "z", "w" };
        var rows = state.Quads.Select(from => $"Rows r{CodeText.Literal(from)}");
        var weights = Weights(plan).Where(weight => weight.Unit < 16).Select(weight => $"Columns {weight.Name}");
        writer.Line("/// <summary>A micro tick of a thread's quad of both sub-RNNs: gates = what messages and bias give + h W, then the cell.</summary>");
        writer.Line($"private static QuadPair StepTileQuad<TLaneGates>(int unit, ArrayView<Quad> scratch, int loopGates, LaneGates above, LaneGates below, ref QuadPair cell, {Join(rows)}, {Join(weights)})\n    where TLaneGates : struct, ILaneGates");
        using (writer.Body())
        {
            for (var entry = 0; entry < 4; entry++)
            {
                var (name, plus) = (entries[entry], entry == 0 ? "" : $" + {CodeText.Literal(entry)}");
                writer.Line($"var {name} = new QuadPair(TLaneGates.Add(scratch[loopGates{plus}], above, unit{plus}), TLaneGates.Add(scratch[loopGates{plus}], below, unit{plus}));");
                foreach (var from in state.Quads) writer.Line($"{name} = Columns.AddState({name}, r{CodeText.Literal(from)}, {Weight(entry, from)});");
            }
            foreach (var name in entries) writer.Line($"var {name}Hidden = QuadPair.Step({name}, cell.{name.ToUpperInvariant()}, out var {name}Cell);");
            writer.Line("cell = new QuadPair(xCell, yCell, zCell, wCell);");
            writer.Line("return new QuadPair(xHidden, yHidden, zHidden, wHidden);");
        }
        writer.Line();
    }

    // Of each state entry of a quad, for each sixteen entries of h.
    private static IEnumerable<(string Name, int Unit, int From)> Weights(IlgpuPlan plan) =>
        from unit in Enumerable.Range(0, plan.Units)
        where unit % 16 < 4
        from sixteen in Enumerable.Range(0, plan.Units / 16)
        select (Weight(unit, sixteen), unit, 16 * sixteen);

    private static string Weight(int unit, int sixteen) => $"w{CodeText.Literal(unit)}From{CodeText.Literal(16 * sixteen)}";

    private static string Join(IEnumerable<string> parts) => string.Join(", ", parts);
}
