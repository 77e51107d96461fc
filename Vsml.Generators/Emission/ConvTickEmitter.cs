using System;
using System.Linq;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the micro tick of a convolution's sub-RNN: what its one state adds to the gates, then the step at all positions,
/// several of them side by side, and the mean of the new states.
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

    private void WriteStepPositions()
    {
        writer.Line(storesGates
            ? """

              // StepPositions, and the gates of all positions are kept.
              [MethodImpl(MethodImplOptions.AggressiveOptimization)]
              private static void StepPositionsStored(
                  ref float stateGates, ref float inputGates, ref float outputGates, ref float cell,
                  nuint columns, nuint positions, nuint columnStep, nuint rowStep, ref float hiddenAt, ref float newHidden, ref float newCell, ref float storedGates)
              """
            : """

              // One micro tick of one sub-RNN at all positions:
              //   z = state + input + output      c' = sigmoid(f) c + sigmoid(i) tanh(g)      h' = sigmoid(o) tanh(c')
              // h' of each position is kept; the means over positions become the new h and c.
              [MethodImpl(MethodImplOptions.AggressiveOptimization)]
              private static void StepPositions(
                  ref float stateGates, ref float inputGates, ref float outputGates, ref float cell,
                  nuint columns, nuint positions, nuint columnStep, nuint rowStep, ref float hiddenAt, ref float newHidden, ref float newCell)
              """);
        using var body = writer.Block("");
        writer.Line("var share = 1f / positions;");
        using var pieces = writer.Block($"for (nuint piece = 0; piece < EntryLanes; piece += {_w})");
        writer.Line(
            """
            ref var input = ref Unsafe.Add(ref inputGates, piece * 4);
            ref var output = ref Unsafe.Add(ref outputGates, piece * 4);
            ref var y = ref Unsafe.Add(ref hiddenAt, piece);
            """);
        if (storesGates) writer.Line("ref var stored = ref Unsafe.Add(ref storedGates, piece * 5);");
        for (var gate = 0; gate < 4; gate++)
            writer.Line($"var {Gates[gate]}State = {dialect.Load("stateGates", $"piece * 4 + {CodeText.Literal(gate * _w)}")};");
        writer.Line(
            $"""
            var c = {dialect.Load("cell", "piece")};
            var hiddenSum = {dialect.Floats}.Zero;
            var cellSum = {dialect.Floats}.Zero;
            nuint position = 0, column = 0;
            """);
        var tile = dialect.UnitTile * dialect.VectorTile;
        using (writer.Block($"for (; position + {tile} <= positions; position += {tile})"))
            WriteTile(tile);
        using (writer.Block("for (; position < positions; position++)"))
            WriteTile(1);
        writer.Line(
            $"""
            (hiddenSum * {dialect.Broadcast("share")}).StoreUnsafe(ref newHidden, piece);
            (cellSum * {dialect.Broadcast("share")}).StoreUnsafe(ref newCell, piece);
            """);
    }

    private void WriteTile(int tile)
    {
        var names = Enumerable.Range(0, tile).Select(at => CodeText.Literal(at)).ToArray();
        foreach (var name in names)
        {
            writer.Line($"ref var input{name} = ref input;");
            writer.Line("input = ref Unsafe.Add(ref input, columnStep);");
            using (writer.Block("if (++column == columns)"))
            {
                writer.Line("column = 0;");
                writer.Line("input = ref Unsafe.Add(ref input, rowStep);");
            }
        }
        foreach (var gate in new[] { 0, 1 }) LoadGates(gate);
        if (storesGates)
            ActivationEmitter.WriteStoredCells(writer, dialect, names, _ => "c", Store, loadLate: LoadLate);
        else
            ActivationEmitter.WriteCells(writer, dialect, names, _ => "c", KeepCell, KeepHidden, LoadLate);
        writer.Line($"output = ref Unsafe.Add(ref output, {tile} * EntryGateFloats);");
        writer.Line($"y = ref Unsafe.Add(ref y, {tile} * PaddedEntries);");
        if (storesGates) writer.Line($"stored = ref Unsafe.Add(ref stored, {tile} * StoredGateFloats);");

        void KeepCell(string name) => writer.Line($"cellSum += c{name};");

        void KeepHidden(string name)
        {
            writer.Line($"hiddenSum += y{name};");
            writer.Line($"y{name}.StoreUnsafe(ref y, {name} * PaddedEntries);");
        }

        void Store(StoredValue what, string value, string name)
        {
            if (what == StoredValue.Cell) KeepCell(name);
            else if (what == StoredValue.Hidden) KeepHidden(name);
            else writer.Line($"{value}.StoreUnsafe(ref stored, {name} * StoredGateFloats + {(int)what * _w});");
        }

        void LoadLate()
        {
            foreach (var gate in new[] { 2, 3 }) LoadGates(gate);
        }

        void LoadGates(int gate)
        {
            foreach (var name in names)
                writer.Line($"var {Gates[gate]}{name} = {Gates[gate]}State + {dialect.Load($"input{name}", CodeText.Literal(gate * _w))} + {dialect.Load("output", $"{name} * EntryGateFloats + {CodeText.Literal(gate * _w)}")};");
        }
    }
}
