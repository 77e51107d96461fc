using System;
using System.Collections.Generic;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the micro tick of a convolution's sub-RNN: what its one state adds to the gates, then the step at all positions and the mean
/// of the new states. New c and new h are loops of their own, as in <see cref="DenseTickEmitter"/>. Each takes two vectors at once: the
/// chain of dependent instructions is long, a processor looks only so far ahead, and three would need more registers than there are.
/// Where a state fills half a vector at most, two positions share one.
/// </summary>
/// <param name="writer">Where to write.</param>
/// <param name="dialect">The SIMD level.</param>
/// <param name="plan">The network.</param>
/// <param name="storesGates">Writes the variant for the reverse pass alone, which keeps the gates of all positions.</param>
internal sealed class ConvTickEmitter(SourceWriter writer, SimdDialect dialect, CpuPlan plan, bool storesGates = false)
{
    private static readonly string[] Gates = ["i", "g", "f", "o"];

    private readonly SimdDialect _entries = Entries(dialect, plan.StateSize);
    private readonly int _w = Entries(dialect, plan.StateSize).Width;
    private readonly bool _shared = Entries(dialect, plan.StateSize).Width < dialect.Width;

    /// <summary>The vectors of a state's entries: of 8 where these suffice.</summary>
    /// <param name="dialect">The SIMD level.</param>
    /// <param name="stateSize">N.</param>
    public static SimdDialect Entries(SimdDialect dialect, int stateSize) => dialect.NoWiderThan(stateSize <= 8 ? 8 : Blocks.Lanes);

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
            private const int EntryLanes = {Lanes(_entries, plan.StateSize)}, EntryGateFloats = 4 * EntryLanes;
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
            writer.Line($"var {Gates[gate]} = {_entries.Load("start", $"{CodeText.Literal(gate)} * PaddedEntries + piece")};");
        using (writer.Block("for (nuint k = 0; k < StateSize; k++)"))
        {
            writer.Line($"var h = {_entries.Broadcast("Unsafe.Add(ref hidden, k)")};");
            for (var gate = 0; gate < 4; gate++)
                writer.Line($"{Gates[gate]} = {_entries.MultiplyAdd("h", _entries.Load("rows", $"(k * 4 + {CodeText.Literal(gate)}) * PaddedEntries + piece"), Gates[gate])};");
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
        writer.Line($"var oldCell = {Vector(1, _ => _entries.Load("cell", "piece"))};");
        WritePositions([0, 1, 2], "c", "newCell", (names, each) => ActivationEmitter.WriteNewCell(writer, dialect, names, _ => "oldCell", Store(each)));
    }

    private void WriteUpdateHidden()
    {
        WriteUpdateHead("h' at all positions, in the place of c'", "UpdateHiddenAt", "", "newHidden");
        using var body = writer.Body();
        using var pieces = writer.Block($"for (nuint piece = 0; piece < EntryLanes; piece += {_w})");
        WritePositions([3], "h", "newHidden", (names, each) =>
            ActivationEmitter.WriteNewHidden(writer, dialect, names, name => Vector(each, half => _entries.Load("y", Next(name, each, half, "PaddedEntries", 0))), Store(each)));
    }

    private void WriteUpdateHead(string what, string name, string cell, string mean) => writer.Line(
        $"""

        // {what}{(storesGates ? ", the gates kept" : "")}, and the mean.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void {name}{Suffix}(
            ref float stateGates, ref float inputGates, ref float outputGates, {cell}nuint columns, nuint positions, nuint columnStep, nuint rowStep,
            ref float hiddenAt, ref float {mean}{(storesGates ? ", ref float storedGates" : "")})
        """);

    /// <summary>Writes a piece of the entries at all positions, two vectors at a time, and what remains.</summary>
    /// <param name="gates">Gates that the new value depends on.</param>
    /// <param name="value">What their statements call the new value.</param>
    /// <param name="mean">Name of where the mean goes.</param>
    /// <param name="writeValue">Writes the statements for named vectors of so many positions each.</param>
    private void WritePositions(int[] gates, string value, string mean, Action<IReadOnlyList<string>, int> writeValue)
    {
        writer.Line(
            """
            ref var input = ref Unsafe.Add(ref inputGates, piece * 4);
            ref var output = ref Unsafe.Add(ref outputGates, piece * 4);
            ref var y = ref Unsafe.Add(ref hiddenAt, piece);
            """);
        if (storesGates) writer.Line("ref var stored = ref Unsafe.Add(ref storedGates, piece * 5);");
        foreach (var gate in gates)
            writer.Line($"var {Gates[gate]}State = {Vector(1, _ => _entries.Load("stateGates", $"piece * 4 + {CodeText.Literal(gate * _w)}"))};");
        writer.Line($"var sum = {dialect.Floats}.Zero;");
        writer.Line("nuint position = 0, column = 0;");
        var each = _shared ? 2 : 1;
        using (writer.Block($"for (; position + {2 * each} <= positions; position += {2 * each})")) WriteStep(gates, value, writeValue, ["A", "B"], each);
        if (_shared)
            using (writer.Block("for (; position + 2 <= positions; position += 2)")) WriteStep(gates, value, writeValue, [""], 2);
        using (writer.Block("if (position < positions)")) WriteStep(gates, value, writeValue, [""], 1);
        var total = _shared ? "(sum.GetLower() + sum.GetUpper())" : "sum";
        writer.Line($"({total} * {_entries.Broadcast("1f / positions")}).StoreUnsafe(ref {mean}, piece);");
    }

    private void WriteStep(int[] gates, string value, Action<IReadOnlyList<string>, int> writeValue, IReadOnlyList<string> names, int each)
    {
        var positions = names.Count * each;
        foreach (var name in names)
        {
            if (each > 1)
            {
                writer.Line($"ref var input{name}0 = ref input;");
                WriteNextInput();
            }
            foreach (var gate in gates)
            {
                var at = gate * _w;
                var fromInput = Vector(each, half => _entries.Load(each > 1 && half == 0 ? $"input{name}0" : "input", CodeText.Literal(at)));
                var fromOutput = Vector(each, half => _entries.Load("output", Next(name, each, half, "EntryGateFloats", at)));
                writer.Line($"var {Gates[gate]}{name} = {Gates[gate]}State + {fromInput} + {fromOutput};");
            }
            if (positions > 1) WriteNextInput();
        }
        writeValue(names, each);
        foreach (var name in names)
        {
            for (var half = 0; half < each; half++)
            {
                var at = Next(name, each, half, "PaddedEntries", 0);
                writer.Line($"{Half(value + name, half)}.StoreUnsafe(ref y{(at == "0" ? "" : ", " + at)});");
            }
            writer.Line($"sum += {(_shared && each == 1 ? $"{dialect.Vector}.Create({value}{name}.GetLower(), {_entries.Floats}.Zero)" : value + name)};");
        }
        if (positions == 1) return;
        writer.Line($"output = ref Unsafe.Add(ref output, {positions} * EntryGateFloats);");
        writer.Line($"y = ref Unsafe.Add(ref y, {positions} * PaddedEntries);");
        if (storesGates) writer.Line($"stored = ref Unsafe.Add(ref stored, {positions} * StoredGateFloats);");
    }

    private void WriteNextInput() => writer.Line(
        """
        input = ref Unsafe.Add(ref input, columnStep);
        if (++column == columns)
        {
            column = 0;
            input = ref Unsafe.Add(ref input, rowStep);
        }
        """);

    private Action<StoredValue, string, string>? Store(int each) => !storesGates ? null : (what, value, name) =>
    {
        for (var half = 0; half < each; half++)
            writer.Line($"{Half(value, half)}.StoreUnsafe(ref stored, {Next(name, each, half, "StoredGateFloats", (int)what * _w)});");
    };

    /// <summary>A vector as the activations take it: entries of one position, of two that share it, or of one twice.</summary>
    private string Vector(int each, Func<int, string> entries) =>
        !_shared ? entries(0) : $"{dialect.Vector}.Create({entries(0)}, {entries(each - 1)})";

    private string Half(string vector, int half) => !_shared ? vector : half == 0 ? vector + ".GetLower()" : vector + ".GetUpper()";

    /// <summary>An index at a position of a named vector: vector B lies behind A.</summary>
    private static string Next(string name, int each, int half, string step, int index)
    {
        var steps = (name == "B" ? each : 0) + half;
        if (steps == 0) return CodeText.Literal(index);
        var offset = steps == 1 ? step : $"{CodeText.Literal(steps)} * {step}";
        return index == 0 ? offset : $"{offset} + {CodeText.Literal(index)}";
    }
}
