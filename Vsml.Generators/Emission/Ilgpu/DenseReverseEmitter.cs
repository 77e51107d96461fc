using Vsml.Generators.Planning.Ilgpu;

namespace Vsml.Generators.Emission.Ilgpu;

/// <summary>Emits how the sub-RNNs of a dense layer take a turn once more, keep what its micro ticks read, and go back through them.</summary>
internal static class DenseReverseEmitter
{
    /// <summary>Writes the methods.</summary>
    public static void Write(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        writer.Line("/// <summary>A chunk of a dense layer goes through its turn and back. A warp takes a block, as in Step.</summary>");
        writer.Line("private static void Reverse<TLaneGates>(Worker worker, Turn turn, AdjointTurn adjoint, Chunk chunk, AdjointExample example, ArrayView<Quad> theta)\n    where TLaneGates : struct, ILaneGates");
        using (writer.Body())
        {
            writer.Line("var (scratch, padded, items) = (example.Values.Scratch, turn.PaddedLanes, adjoint.Items);");
            writer.Line("var nextState = StateQuads * padded;");
            using (writer.Block("for (var part = worker.Warp; part < chunk.Count; part += worker.Warps)"))
            {
                writer.Line(
                    """
                    var (loop, block) = (chunk.Loop(turn, part), chunk.Block(turn, part));
                    var end = 32 * block + 32 < turn.Lanes ? 32 * block + 32 : turn.Lanes;
                    var loopGates = turn.LoopGates + loop * Units;
                    """);
                using (writer.Block("for (var lane = 32 * block + worker.Lane; lane < end; lane += worker.Lanes)"))
                    WriteSubRnns(writer, state);
            }
        }
        writer.Line();
        WriteKeepQuad(writer, state);
        WriteReverseQuad(writer);
    }

    private static void WriteSubRnns(SourceWriter writer, StateText state)
    {
        writer.Line(
            """
            var at = loop * nextState + lane;
            var item = part * SubRnns * 32 + lane - 32 * block;
            var gates = new LaneGates
            {
                Message = example.Values.Message(turn.FromLanes, lane, 0), Theta = theta, Rows = turn.FromLanes.Rows,
                Scratch = scratch, Projected = turn.LaneGates + lane, PaddedLanes = padded,
            };
            var (kept, hidden, cell) = (adjoint.Gates + item, adjoint.Hidden + item, adjoint.Cells + item);
            """);
        WriteTicks(writer, state);
        writer.Line(
            $"""
            var (hiddenGradient, cellGradient) = (turn.Hidden + at, turn.Cell + at);
            // What only fills up a thread's pair gets what its neighbour gets, and is not summed.
            var nextLoop = loop + 1 < turn.Loops ? 1 : 0;
            if (turn.ToLanes.Extent != Sent.Nothing) ReverseSend(example, adjoint.LaneTerms + item, items, theta, turn.ToLanes, lane, 0, example.State, hiddenGradient, padded, nextState, {state.Arguments});
            if (turn.ToLoops.Extent != Sent.Nothing) ReverseSend(example, adjoint.LoopTerms + item, items, theta, turn.ToLoops, loop, nextLoop, example.State, hiddenGradient, padded, nextState, {state.Arguments});
            """);
        using (writer.Block("for (var tick = turn.MicroTicks - 1; tick >= 0; tick--)"))
            writer.Line(
                """
                kept -= Units * items;
                cell -= StateQuads * items;
                for (var quad = 0; quad < StateQuads; quad++)
                    ReverseQuad(scratch, kept + 4 * quad * items, cell + quad * items, items, example.State, hiddenGradient + quad * padded, cellGradient + quad * padded, nextState);
                // The gates' gradients lie where the activations lay: dh = dz W.
                for (var quad = 0; quad < StateQuads; quad++)
                {
                    var h = default(Quads);
                    for (var unit = 0; unit < Units; unit++)
                        h = Quads.AddProducts(h, theta, turn.Recurrent + unit * Units + 4 * quad, 1, Quads.Load(scratch, kept + unit * items, 32));
                    Quads.Store(example.State, hiddenGradient + quad * padded, nextState, h);
                }
                """);
    }

    // The new h waits in scratch memory, where it is kept anyway, until all entries have seen the old one.
    private static void WriteTicks(SourceWriter writer, StateText state)
    {
        writer.Line(
            """
            for (var quad = 0; quad < StateQuads; quad++)
            {
                Quads.Store(scratch, hidden + quad * items, 32, Quads.Load(example.Values.Source, turn.Hidden + at + quad * padded, nextState));
                Quads.Store(scratch, cell + quad * items, 32, Quads.Load(example.Values.Source, turn.Cell + at + quad * padded, nextState));
            }
            """);
        if (state.InRegisters)
            foreach (var quad in state.Quads) writer.Line($"var {StateText.Name("h", quad)} = Quads.Load(scratch, hidden{Plus(quad, "items")}, 32);");
        else writer.Line("var (states, step) = (scratch, items);");
        using (writer.Block("for (var tick = 0; tick < turn.MicroTicks; tick++)"))
        {
            if (state.InRegisters)
                foreach (var quad in state.Quads) writer.Line($"{Keep(CodeText.Literal(quad), state)};");
            else writer.Line($"for (var quad = 0; quad < StateQuads; quad++) {Keep("quad", state)};");
            writer.Line(
                """
                kept += Units * items;
                hidden += StateQuads * items;
                cell += StateQuads * items;
                """);
            if (state.InRegisters)
                foreach (var quad in state.Quads) writer.Line($"{StateText.Name("h", quad)} = Quads.Load(scratch, hidden{Plus(quad, "items")}, 32);");
        }
    }

    private static string Keep(string quad, StateText state) =>
        $"KeepQuad<TLaneGates>({quad}, theta, turn.Recurrent, scratch, loopGates, gates, kept, hidden, cell, items, {state.Arguments})";

    private static void WriteKeepQuad(SourceWriter writer, StateText state)
    {
        writer.Line("/// <summary>The same micro tick of four state entries as StepQuad; activations, new h and new c stay.</summary>");
        writer.Line($"private static void KeepQuad<TLaneGates>(int quad, ArrayView<Quad> theta, int recurrent, ArrayView<Quad> scratch, int loopGates, LaneGates lane, int kept, int hiddens, int cells, int items, {state.Parameters})\n    where TLaneGates : struct, ILaneGates");
        using (writer.Body())
        {
            writer.Line("var (unit, row) = (4 * quad, recurrent + 4 * quad * Units);");
            for (var entry = 0; entry < 4; entry++)
            {
                var (name, plus) = ("xyzw"[entry].ToString(), entry == 0 ? "" : $" + {CodeText.Literal(entry)}");
                writer.Line($"var {name} = AddState(TLaneGates.Add(Quads.Load(scratch, loopGates + unit{plus}, Units), lane, unit{plus}), theta, row{Plus(entry, "Units")}, {state.Arguments});");
            }
            writer.Line("var cell = Quads.Load(scratch, cells + quad * items, 32);");
            foreach (var name in new[] { "x", "y", "z", "w" }) writer.Line($"var {name}Hidden = Quads.Keep({name}, cell.{name.ToUpperInvariant()}, out var {name}Cell, out {name});");
            for (var entry = 0; entry < 4; entry++) writer.Line($"Quads.Store(scratch, kept + {(entry == 0 ? "unit" : $"(unit + {CodeText.Literal(entry)})")} * items, 32, {"xyzw"[entry].ToString()});");
            writer.Line("Quads.Store(scratch, cells + (StateQuads + quad) * items, 32, new Quads(xCell, yCell, zCell, wCell));");
            writer.Line("Quads.Store(scratch, hiddens + (StateQuads + quad) * items, 32, new Quads(xHidden, yHidden, zHidden, wHidden));");
        }
        writer.Line();
    }

    private static void WriteReverseQuad(SourceWriter writer)
    {
        writer.Line("/// <summary>A micro tick of four state entries backwards: gradients of the gates replace the activations, that of c the one of the new c.</summary>");
        writer.Line("private static void ReverseQuad(ArrayView<Quad> scratch, int kept, int cells, int items, ArrayView<Quad> gradient, int hidden, int cell, int nextState)");
        using (writer.Body())
        {
            writer.Line(
                """
                var (c, newC) = (Quads.Load(scratch, cells, 32), Quads.Load(scratch, cells + StateQuads * items, 32));
                var (dh, dc) = (Quads.Load(gradient, hidden, nextState), Quads.Load(gradient, cell, nextState));
                """);
            for (var entry = 0; entry < 4; entry++)
            {
                var (name, field, at) = ("xyzw"[entry].ToString(), "XYZW"[entry].ToString(), "kept" + Plus(entry, "items"));
                writer.Line($"var {name} = dc.{field};");
                writer.Line($"Quads.Store(scratch, {at}, 32, Quads.Reverse(Quads.Load(scratch, {at}, 32), c.{field}, newC.{field}, dh.{field}, ref {name}));");
            }
            writer.Line("Quads.Store(gradient, cell, nextState, new Quads(x, y, z, w));");
        }
        writer.Line();
    }

    private static string Plus(int count, string step) => count == 0 ? "" : count == 1 ? $" + {step}" : $" + {CodeText.Literal(count)} * {step}";
}
