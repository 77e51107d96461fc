using System.Linq;
using Vsml.Generators.Planning.Ilgpu;

namespace Vsml.Generators.Emission.Ilgpu;

/// <summary>Emits how sub-RNNs of a convolution go through a micro tick and back, at every output position.</summary>
internal static class PositionReverseEmitter
{
    /// <summary>Writes the methods.</summary>
    public static void Write(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        writer.Line("/// <summary>A chunk of a convolution goes through a micro tick and back; a thread takes a sub-RNN at one position.</summary>");
        writer.Line("private static void ReversePositions(Worker worker, Turn turn, AdjointTurn adjoint, Chunk chunk, AdjointExample example, ArrayView<Quad> theta, int before, bool sends)");
        using (writer.Body())
        {
            writer.Line(
                """
                var (scratch, windows, items) = (example.Values.Scratch, turn.Windows, adjoint.Items);
                var (inputs, positions) = (windows.Height * windows.Width, windows.Positions);
                """);
            using (writer.Block("for (var item = worker.Thread; item < chunk.Count * positions; item += worker.Threads)"))
            {
                writer.Line("var (subRnn, position) = (chunk.First + item / positions, item % positions);");
                writer.Line("var (tap, channel, output) = (subRnn / windows.OutputChannels / windows.Channels, subRnn / windows.OutputChannels % windows.Channels, subRnn % windows.OutputChannels);");
                PositionStepEmitter.WritePlaces(writer);
                WriteTick(writer, state);
                writer.Line(
                    """
                    // A mean over positions: each gets an equal share of the gradient, and besides that of what it sent.
                    for (var quad = 0; quad < StateQuads; quad++) scratch[adjoint.HiddenGradients + quad * items + item] = example.State[turn.Hidden + subRnn * StateQuads + quad] * (1f / positions);
                    """);
                WriteSends(writer, plan, state);
                writer.Line(
                    """
                    for (var quad = 0; quad < StateQuads; quad++)
                        ReverseQuadAt(
                            scratch, adjoint.Gates + 4 * quad * items + item, items, scratch[before + (StateQuads + quad) * turn.Loops + subRnn], adjoint.Cells + quad * items + item,
                            scratch[adjoint.HiddenGradients + quad * items + item], example.State[turn.Cell + subRnn * StateQuads + quad] * (1f / positions));
                    """);
            }
        }
        writer.Line();
        WriteKeepQuad(writer);
        WriteReverseQuad(writer);
    }

    private static void WriteTick(SourceWriter writer, StateText state)
    {
        const string Keep = "KeepQuadAt({0}, scratch, stateGates, laneGates, inputs, loopGates, positions, scratch[before + (StateQuads + {0}) * turn.Loops + subRnn], adjoint.Gates + item, adjoint.Hidden + item, adjoint.Cells + item, items)";
        if (state.InRegisters)
            foreach (var quad in state.Quads) writer.Line($"var {StateText.Name("h", quad)} = {Keep.Replace("(StateQuads + {0})", quad == 0 ? "StateQuads" : "(StateQuads + {0})").Replace("{0}", CodeText.Literal(quad))};");
        else
        {
            writer.Line($"for (var quad = 0; quad < StateQuads; quad++) {Keep.Replace("{0}", "quad")};");
            writer.Line("var (states, hidden, step) = (scratch, adjoint.Hidden + item, items);");
        }
    }

    private static void WriteSends(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        var convolutions = plan.Turns.Where(turn => turn.Plan.Layer.Geometry is not null).ToArray();
        if (convolutions.Any(turn => turn.ToLoops.Extent == DeviceExtent.Everything))
            writer.Line($"if (sends && turn.ToLoops.Extent != Sent.Nothing) ReverseSend(example, adjoint.LoopTerms + item, items, theta, turn.ToLoops, position * windows.OutputChannels + output, 0, scratch, adjoint.HiddenGradients + item, items, 0, {state.Arguments});");
        if (convolutions.Any(turn => turn.ToLanes.Extent == DeviceExtent.Everything))
            using (writer.Block("if (sends && turn.ToLanes.Extent != Sent.Nothing)"))
            {
                writer.Line("// Beyond the edge nobody hears it.");
                writer.Line($"if (inside) ReverseSend(example, adjoint.LaneTerms + item, items, theta, turn.ToLanes, (row * windows.Width + column) * windows.Channels + channel, 0, scratch, adjoint.HiddenGradients + item, items, 0, {state.Arguments});");
                writer.Line($"else for (var part = 0; part < {CodeText.Literal(plan.Network.Architecture.MessageLayerNorm ? 3 : 1)} * MessageQuads; part++) scratch[adjoint.LaneTerms + part * items + item] = default;");
            }
    }

    private static void WriteKeepQuad(SourceWriter writer)
    {
        writer.Line("/// <summary>The same micro tick of four state entries as StepQuadAt; activations, new h and new c stay.</summary>");
        writer.Line("private static Quad KeepQuadAt(int quad, ArrayView<Quad> scratch, int stateGates, int laneGates, int inputs, int loopGates, int positions, Quad cell, int kept, int hidden, int cells, int items)");
        using (writer.Body())
        {
            PositionStepEmitter.WriteGates(writer);
            foreach (var name in new[] { "x", "y", "z", "w" }) writer.Line($"var {name}Hidden = Quad.Keep({name}, cell.{name.ToUpperInvariant()}, out var {name}Cell, out {name});");
            for (var entry = 0; entry < 4; entry++) writer.Line($"scratch[kept + {(entry == 0 ? "4 * quad" : $"(4 * quad + {CodeText.Literal(entry)})")} * items] = {"xyzw"[entry].ToString()};");
            writer.Line(
                """
                var h = new Quad(xHidden, yHidden, zHidden, wHidden);
                scratch[hidden + quad * items] = h;
                scratch[cells + quad * items] = new Quad(xCell, yCell, zCell, wCell);
                return h;
                """);
        }
        writer.Line();
    }

    private static void WriteReverseQuad(SourceWriter writer)
    {
        writer.Line("/// <summary>The same backwards: gradients of the gates replace the activations, that of c the new c.</summary>");
        writer.Line("private static void ReverseQuadAt(ArrayView<Quad> scratch, int kept, int items, Quad c, int cells, Quad dh, Quad dc)");
        using (writer.Body())
        {
            writer.Line("var newC = scratch[cells];");
            for (var entry = 0; entry < 4; entry++)
            {
                var (name, field, at) = ("xyzw"[entry].ToString(), "XYZW"[entry].ToString(), entry == 0 ? "kept" : entry == 1 ? "kept + items" : $"kept + {CodeText.Literal(entry)} * items");
                writer.Line($"var {name} = dc.{field};");
                writer.Line($"scratch[{at}] = Quad.Reverse(scratch[{at}], c.{field}, newC.{field}, dh.{field}, ref {name});");
            }
            writer.Line("scratch[cells] = new Quad(x, y, z, w);");
        }
        writer.Line();
    }
}
