using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the micro tick of a convolution's sub-RNN: what its one state adds to the gates, then the step at all positions and the mean
/// of the new states. New c and new h are loops of their own, as in <see cref="MicroTickEmitter"/>.
/// </summary>
/// <param name="writer">Where to write.</param>
/// <param name="dialect">The SIMD level.</param>
/// <param name="plan">The network.</param>
/// <param name="storesGates">Writes the variant for the reverse pass alone, which keeps the gates of all positions.</param>
internal sealed class ConvTickEmitter(SourceWriter writer, SimdDialect dialect, NetworkPlan plan, bool storesGates = false)
{
    private static readonly string[] Gates = ["i", "g", "f", "o"];

    private readonly int _w = dialect.Width;
    private readonly int _lanes = Lanes(dialect, plan.Architecture.StateSize);

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
        using var body = writer.Block("");
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
        writer.Line(
            $$"""
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void StepPositions{{Suffix}}(
                ref float stateGates, ref float inputGates, ref float outputGates, ref float cell,
                nuint columns, nuint positions, nuint columnStep, nuint rowStep, ref float hiddenAt, ref float newHidden, ref float newCell{{parameter}})
            {
                UpdateCellAt{{Suffix}}(ref stateGates, ref inputGates, ref outputGates, ref cell, columns, positions, columnStep, rowStep, ref hiddenAt, ref newCell{{argument}});
                UpdateHiddenAt{{Suffix}}(ref stateGates, ref inputGates, ref outputGates, columns, positions, columnStep, rowStep, ref hiddenAt, ref newHidden{{argument}});
            }
            """);
        WriteUpdate("c'", "UpdateCellAt", "ref float cell, ", "newCell", [0, 1, 2], "c", () =>
            ActivationEmitter.WriteNewCell(writer, dialect, [""], _ => "oldCell", Store));
        WriteUpdate("h' in the place of c'", "UpdateHiddenAt", "", "newHidden", [3], "h", () =>
            ActivationEmitter.WriteNewHidden(writer, dialect, [""], _ => dialect.Load("y", "0"), Store));
    }

    private void WriteUpdate(string what, string name, string cell, string mean, int[] gates, string value, System.Action writeValue)
    {
        writer.Line(
            $"""

            // {what} at all positions{(storesGates ? ", the gates kept" : "")}, and the mean.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void {name}{Suffix}(
                ref float stateGates, ref float inputGates, ref float outputGates, {cell}nuint columns, nuint positions, nuint columnStep, nuint rowStep,
                ref float hiddenAt, ref float {mean}{(storesGates ? ", ref float storedGates" : "")})
            """);
        using var body = writer.Block("");
        using var pieces = writer.Block($"for (nuint piece = 0; piece < EntryLanes; piece += {_w})");
        writer.Line(
            """
            ref var input = ref Unsafe.Add(ref inputGates, piece * 4);
            ref var output = ref Unsafe.Add(ref outputGates, piece * 4);
            ref var y = ref Unsafe.Add(ref hiddenAt, piece);
            """);
        if (storesGates) writer.Line("ref var stored = ref Unsafe.Add(ref storedGates, piece * 5);");
        foreach (var gate in gates)
            writer.Line($"var {Gates[gate]}State = {dialect.Load("stateGates", $"piece * 4 + {CodeText.Literal(gate * _w)}")};");
        if (cell.Length > 0) writer.Line($"var oldCell = {dialect.Load("cell", "piece")};");
        writer.Line($"var sum = {dialect.Floats}.Zero;");
        writer.Line("nuint column = 0;");
        using (writer.Block("for (nuint position = 0; position < positions; position++)"))
        {
            foreach (var gate in gates)
                writer.Line($"var {Gates[gate]} = {Gates[gate]}State + {dialect.Load("input", CodeText.Literal(gate * _w))} + {dialect.Load("output", CodeText.Literal(gate * _w))};");
            writeValue();
            writer.Line(
                $"""
                {value}.StoreUnsafe(ref y);
                sum += {value};
                output = ref Unsafe.Add(ref output, EntryGateFloats);
                y = ref Unsafe.Add(ref y, PaddedEntries);
                """);
            if (storesGates) writer.Line("stored = ref Unsafe.Add(ref stored, StoredGateFloats);");
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
        writer.Line($"(sum * {dialect.Broadcast("1f / positions")}).StoreUnsafe(ref {mean}, piece);");
    }

    private System.Action<StoredValue, string, string>? Store => !storesGates ? null : (what, value, _) =>
        writer.Line($"{value}.StoreUnsafe(ref stored, {CodeText.Literal((int)what * _w)});");
}
