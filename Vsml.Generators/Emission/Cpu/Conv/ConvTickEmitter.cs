using System;
using System.Collections.Generic;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the micro tick of a convolution's sub-RNN: what its one state adds to the gates, then the step at all positions and the mean
/// of the new states. New c and new h are loops of their own, as in <see cref="DenseTickEmitter"/>. Each takes two positions at once: the
/// chain of dependent instructions is long, a processor looks only so far ahead, and three would need more registers than there are.
/// </summary>
/// <param name="writer">Where to write.</param>
/// <param name="dialect">The SIMD level.</param>
/// <param name="plan">The network.</param>
/// <param name="storesGates">Writes the variant for the reverse pass alone, which keeps the gates of all positions.</param>
internal sealed class ConvTickEmitter(SourceWriter writer, SimdDialect dialect, CpuPlan plan, bool storesGates = false)
{
    private static readonly string[] Gates = ["i", "g", "f", "o"];

    private readonly int _w = dialect.Width;
    private readonly int _lanes = Lanes(dialect, plan.StateSize);

    /// <summary>Entries of a state in whole vectors.</summary>
    /// <param name="dialect">The SIMD level.</param>
    /// <param name="stateSize">N.</param>
    public static int Lanes(SimdDialect dialect, int stateSize) => (stateSize + dialect.Width - 1) / dialect.Width * dialect.Width;

    /// <summary>Writes the methods.</summary>
    public void Write()
    {
        if (storesGates)
        {
            writer.Line(
                """

                // Gates kept of one position: [vector][i, g, f, o, tanh c'][lane].
                private const int StoredGateFloats = 5 * EntryLanes;
                """);
            WriteStepPositions();
            return;
        }
        writer.Line(
            $"""

            // Entries of one sub-RNN in whole vectors, and its gates: [vector][gate][lane].
            private const int EntryLanes = {_lanes}, EntryGateFloats = 4 * EntryLanes;
            """);
        WriteRecurrentGates();
        WriteStepPositions();
    }

    private void WriteRecurrentGates()
    {
        writer.Line(
            """

            // gates = start + h W, the same at all positions.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void RecurrentGates(ref float start, ref float rows, ref float hidden, ref float gates)
            """);
        using var body = writer.Body();
        using var pieces = writer.Block($"for (nuint piece = 0; piece < EntryLanes; piece += {_w})");
        for (var gate = 0; gate < 4; gate++)
            writer.Line($"var {Gates[gate]} = {dialect.Load("start", $"{CodeText.Literal(gate)} * PaddedEntries + piece")};");
        using (writer.Block("for (nuint k = 0; k < StateSize; k++)"))
        {
            writer.Line($"var h = {dialect.Broadcast("Unsafe.Add(ref hidden, k)")};");
            for (var gate = 0; gate < 4; gate++)
                writer.Line($"{Gates[gate]} = {dialect.MultiplyAdd("h", dialect.Load("rows", $"(k * 4 + {CodeText.Literal(gate)}) * PaddedEntries + piece"), Gates[gate])};");
        }
        for (var gate = 0; gate < 4; gate++)
            writer.Line($"{Gates[gate]}.StoreUnsafe(ref gates, piece * 4 + {gate * _w});");
    }

    private string Suffix => storesGates ? "Stored" : "";

    private void WriteStepPositions()
    {
        var (parameter, argument) = storesGates ? (", ref float storedGates", ", ref storedGates") : ("", "");
        writer.Line(storesGates
            ? """

              // StepPositions, and the gates of all positions are kept.
              """
            : """

              // One micro tick of one sub-RNN at all positions:
              //   z = state + input + output      c' = sigmoid(f) c + sigmoid(i) tanh(g)      h' = sigmoid(o) tanh(c')
              // h' of each position is kept; the means over positions become the new h and c.
              """);
        writer.Method(
            $"""
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void StepPositions{Suffix}(
                ref float stateGates, ref float inputGates, ref float outputGates, ref float cell,
                nuint columns, nuint positions, nuint columnStep, nuint rowStep, ref float hiddenAt, ref float newHidden, ref float newCell{parameter})
            """,
            $"""
            UpdateCellAt{Suffix}(ref stateGates, ref inputGates, ref outputGates, ref cell, columns, positions, columnStep, rowStep, ref hiddenAt, ref newCell{argument});
            UpdateHiddenAt{Suffix}(ref stateGates, ref inputGates, ref outputGates, columns, positions, columnStep, rowStep, ref hiddenAt, ref newHidden{argument});
            """);
        WriteUpdateCell();
        WriteUpdateHidden();
    }

    private void WriteUpdateCell()
    {
        WriteUpdateHead("c' at all positions", "UpdateCellAt", "ref float cell, ", "newCell");
        using var body = writer.Body();
        using var pieces = writer.Block($"for (nuint piece = 0; piece < EntryLanes; piece += {_w})");
        writer.Line($"var oldCell = {dialect.Load("cell", "piece")};");
        WritePositions([0, 1, 2], "c", "newCell", names => ActivationEmitter.WriteNewCell(writer, dialect, names, _ => "oldCell", Store));
    }

    private void WriteUpdateHidden()
    {
        WriteUpdateHead("h' at all positions, in the place of c'", "UpdateHiddenAt", "", "newHidden");
        using var body = writer.Body();
        using var pieces = writer.Block($"for (nuint piece = 0; piece < EntryLanes; piece += {_w})");
        WritePositions([3], "h", "newHidden", names =>
            ActivationEmitter.WriteNewHidden(writer, dialect, names, name => dialect.Load("y", Next(name, "PaddedEntries", 0)), Store));
    }

    private void WriteUpdateHead(string what, string name, string cell, string mean) => writer.Line(
        $"""

        // {what}{(storesGates ? ", the gates kept" : "")}, and the mean.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void {name}{Suffix}(
            ref float stateGates, ref float inputGates, ref float outputGates, {cell}nuint columns, nuint positions, nuint columnStep, nuint rowStep,
            ref float hiddenAt, ref float {mean}{(storesGates ? ", ref float storedGates" : "")})
        """);

    /// <summary>Writes a piece of the entries at all positions, two at a time, and what remains at one.</summary>
    /// <param name="gates">Gates that the new value depends on.</param>
    /// <param name="value">What their statements call the new value.</param>
    /// <param name="mean">Name of where the mean goes.</param>
    /// <param name="writeValue">Writes the statements for named positions.</param>
    private void WritePositions(int[] gates, string value, string mean, Action<IReadOnlyList<string>> writeValue)
    {
        writer.Line(
            """
            ref var input = ref Unsafe.Add(ref inputGates, piece * 4);
            ref var output = ref Unsafe.Add(ref outputGates, piece * 4);
            ref var y = ref Unsafe.Add(ref hiddenAt, piece);
            """);
        if (storesGates) writer.Line("ref var stored = ref Unsafe.Add(ref storedGates, piece * 5);");
        foreach (var gate in gates)
            writer.Line($"var {Gates[gate]}State = {dialect.Load("stateGates", $"piece * 4 + {CodeText.Literal(gate * _w)}")};");
        writer.Line($"var sum = {dialect.Floats}.Zero;");
        writer.Line("nuint position = 0, column = 0;");
        using (writer.Block("for (; position + 2 <= positions; position += 2)")) WriteStep(["A", "B"]);
        using (writer.Block("if (position < positions)")) WriteStep([""]);
        writer.Line($"(sum * {dialect.Broadcast("1f / positions")}).StoreUnsafe(ref {mean}, piece);");

        void WriteStep(IReadOnlyList<string> names)
        {
            foreach (var name in names)
            {
                foreach (var gate in gates)
                    writer.Line($"var {Gates[gate]}{name} = {Gates[gate]}State + {dialect.Load("input", CodeText.Literal(gate * _w))} + {dialect.Load("output", Next(name, "EntryGateFloats", gate * _w))};");
                if (name != "")
                    writer.Line(
                        """
                        input = ref Unsafe.Add(ref input, columnStep);
                        if (++column == columns)
                        {
                            column = 0;
                            input = ref Unsafe.Add(ref input, rowStep);
                        }
                        """);
            }
            writeValue(names);
            foreach (var name in names)
            {
                writer.Line($"{value}{name}.StoreUnsafe(ref y{(name == "B" ? ", PaddedEntries" : "")});");
                writer.Line($"sum += {value}{name};");
            }
            if (names.Count == 1) return;
            writer.Line("output = ref Unsafe.Add(ref output, 2 * EntryGateFloats);");
            writer.Line("y = ref Unsafe.Add(ref y, 2 * PaddedEntries);");
            if (storesGates) writer.Line("stored = ref Unsafe.Add(ref stored, 2 * StoredGateFloats);");
        }
    }

    private Action<StoredValue, string, string>? Store => !storesGates ? null : (what, value, name) =>
        writer.Line($"{value}.StoreUnsafe(ref stored, {Next(name, "StoredGateFloats", (int)what * _w)});");

    /// <summary>An index at the position of a name: B lies one step behind A.</summary>
    private static string Next(string name, string step, int index) => (name, index) switch
    {
        ("B", 0) => step,
        ("B", _) => $"{step} + {CodeText.Literal(index)}",
        _ => CodeText.Literal(index),
    };
}
