using System.Collections.Generic;
using System.Linq;
using Vsml.Generators.Planning.Ilgpu;

namespace Vsml.Generators.Emission.Ilgpu;

/// <summary>
/// How emitted methods hand on the h of a thread's sub-RNNs, and the three products with it. A short h is a few quads in registers,
/// written out one by one; a long one stays in memory and is walked through.
/// </summary>
/// <param name="plan">The plan.</param>
/// <param name="inTiles">Whether four threads share two sub-RNNs, as tensor cores want it: each has every fourth quad.</param>
internal sealed class StateText(IlgpuPlan plan, bool inTiles = false)
{
    /// <summary>Whether h is in registers.</summary>
    public bool InRegisters => plan.KeepsStateInRegisters;

    /// <summary>Indices of the quads that a thread has, where they are written out.</summary>
    public IEnumerable<int> Quads => Enumerable.Range(0, inTiles ? plan.SubRnnQuads / 4 : plan.SubRnnQuads);

    /// <summary>Type of a quad of each of a thread's sub-RNNs.</summary>
    public string Quad => inTiles ? "QuadPair" : "Quads";

    /// <summary>Type of a number of each.</summary>
    public string Number => inTiles ? "Pair" : "Floats";

    /// <summary>Names of h's quads, or what stands for them, as parameters of a method.</summary>
    public string Parameters => InRegisters ? (inTiles ? "Worker worker, " : "") + string.Join(", ", Quads.Select(quad => $"{Quad} {Name("h", quad)}")) : "ArrayView<Quad> states, int hidden, int step";

    /// <summary>The same as arguments, h being in variables of these names.</summary>
    public string Arguments => InRegisters ? (inTiles ? "worker, " : "") + string.Join(", ", Quads.Select(quad => Name("h", quad))) : "states, hidden, step";

    /// <summary>A variable's name with the index of a quad.</summary>
    public static string Name(string name, int quad) => name + CodeText.Literal(quad);

    /// <summary>Writes the methods.</summary>
    public void Write(SourceWriter writer)
    {
        if (!inTiles)
        {
            writer.Line("/// <summary>gates + h W for one state entry, whose row of theta has a quad of gates for every entry of h.</summary>");
            writer.Line($"private static Quads AddState(Quads gates, ArrayView<Quad> theta, int row, {Parameters})");
            using (writer.Body())
                WriteProduct(writer, "gates", "row", 1, plan.UsesTensorCores);
            writer.Line();
        }
        writer.Line("/// <summary>sum + h W for four entries of a message, W's rows being one message apart.</summary>");
        writer.Line($"private static {Quad} AddMessage({Quad} sum, ArrayView<Quad> theta, int row, {Parameters})");
        using (writer.Body())
            if (inTiles) WriteShared(writer);
            else WriteProduct(writer, "sum", "row", plan.MessageQuads, rounds: false);
        writer.Line();
        writer.Line("/// <summary>h W for the entry of a message that is the output.</summary>");
        writer.Line($"private static {Number} OutputOf(ArrayView<Quad> theta, int row, {Parameters})");
        using (writer.Body())
            if (inTiles) WriteSharedOutput(writer);
            else WriteOutput(writer);
    }

    // Four threads have a quarter of the entries each.
    private void WriteShared(SourceWriter writer)
    {
        writer.Line($"var weights = theta.SubView(row + {4 * plan.MessageQuads} * (worker.Lane % 4));");
        writer.Line("var own = default(QuadPair);");
        foreach (var quad in Quads)
            for (var entry = 0; entry < 4; entry++) writer.Line($"own = QuadPair.MultiplyAdd({Name("h", quad)}.{"XYZW"[entry].ToString()}, weights[{CodeText.Literal((16 * quad + entry) * plan.MessageQuads)}], own);");
        writer.Line("return sum + worker.SumOfFour(own);");
    }

    private void WriteSharedOutput(SourceWriter writer)
    {
        var (part, name) = (plan.Network.Output.Entry / 4, "XYZW"[plan.Network.Output.Entry % 4].ToString());
        writer.Line($"var weights = theta.SubView(row + {4 * plan.MessageQuads} * (worker.Lane % 4));");
        writer.Line("var own = default(Pair);");
        foreach (var quad in Quads)
            for (var entry = 0; entry < 4; entry++) writer.Line($"own += {Name("h", quad)}.{"XYZW"[entry].ToString()} * weights[{CodeText.Literal((16 * quad + entry) * plan.MessageQuads + part)}].{name};");
        writer.Line("return worker.SumOfFour(own);");
    }

    private void WriteProduct(SourceWriter writer, string sum, string row, int step, bool rounds)
    {
        if (InRegisters)
        {
            writer.Line($"var weights = theta.SubView({row});");
            foreach (var quad in Quads)
                for (var entry = 0; entry < 4; entry++)
                {
                    var weight = $"weights[{CodeText.Literal((4 * quad + entry) * step)}]";
                    writer.Line($"{sum} = Quads.MultiplyAdd({Name("h", quad)}.{"XYZW"[entry].ToString()}, {(rounds ? $"Operand.Round({weight})" : weight)}, {sum});");
                }
        }
        else
            using (writer.Block($"for (var quad = 0; quad < StateQuads; quad++, {row} += {4 * step}, hidden += step)"))
            {
                writer.Line("var h = states[hidden];");
                for (var entry = 0; entry < 4; entry++) writer.Line($"{sum} = Quads.MultiplyAdd(h.{"XYZW"[entry].ToString()}, theta[{Plus(row, entry * step)}], {sum});");
            }
        writer.Line($"return {sum};");
    }

    private void WriteOutput(SourceWriter writer)
    {
        var entry = plan.Network.Output.Entry;
        var (part, name) = (entry / 4, "XYZW"[entry % 4].ToString());
        writer.Line("var output = default(Floats);");
        if (InRegisters)
            foreach (var quad in Quads)
                for (var k = 0; k < 4; k++) writer.Line($"output += {Name("h", quad)}.{"XYZW"[k].ToString()} * theta[{Plus("row", (4 * quad + k) * plan.MessageQuads + part)}].{name};");
        else
            using (writer.Block($"for (var quad = 0; quad < StateQuads; quad++, row += {4 * plan.MessageQuads}, hidden += step)"))
            {
                writer.Line("var h = states[hidden];");
                for (var k = 0; k < 4; k++) writer.Line($"output += h.{"XYZW"[k].ToString()} * theta[{Plus("row", k * plan.MessageQuads + part)}].{name};");
            }
        writer.Line("return output;");
    }

    private static string Plus(string name, int offset) => offset == 0 ? name : $"{name} + {CodeText.Literal(offset)}";
}
