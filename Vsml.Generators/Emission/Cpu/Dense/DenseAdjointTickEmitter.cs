using System;
using System.Linq;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the inner kernels of the reverse pass: the cell's derivative, the product with the recurrent weights' transpose, the sums of
/// the gates' gradients for messages, and the outer products that make the weights' gradient. These sum over lanes too, so that the
/// gradient is small enough to stay in the first-level cache beside the gates of a few places.
/// </summary>
internal sealed class DenseAdjointTickEmitter(SourceWriter writer, SimdDialect dialect, CpuPlan plan)
{
    private const int ColumnTile = 4;
    private readonly int _n = plan.StateSize;
    private readonly int _w = dialect.Width;

    private readonly SimdDialect _columns = Columns(dialect, plan.StateSize);

    /// <summary>Entries of a state in whole vectors of <see cref="DenseAdjointTickEmitter"/>'s columns.</summary>
    /// <param name="dialect">The SIMD level.</param>
    /// <param name="stateSize">N.</param>
    public static int PaddedState(SimdDialect dialect, int stateSize) => ConvTickEmitter.Lanes(Columns(dialect, stateSize), stateSize);

    // Vectors of 16 entries only if vectors of 8 would be no better filled.
    private static SimdDialect Columns(SimdDialect dialect, int stateSize) => (stateSize + 7) / 8 % 2 == 0 ? dialect : dialect.NoWiderThan(8);

    /// <summary>Writes all of them.</summary>
    public void Write()
    {
        WriteCell();
        WriteRecurrent();
        WriteColumns();
        WriteGateSums();
        WriteWeights();
    }

    private void WriteCell()
    {
        writer.Line(
            """

            // Reverse of the cell: from gradients of h' and c' to that of c, and to those of the gates before activation, in the place of the gates,
            // [i|g|f|o][unit][16].
            //   do = dh t o(1 - o)    dc' = dc + dh o (1 - t t)    di = dc' g i(1 - i)    dg = dc' i (1 - g g)    df = dc' c f(1 - f)
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void CellAdjoint(ref float gates, ref float cell, ref float hiddenAdjoint, ref float cellAdjoint)
            """);
        using var body = writer.Body();
        using var loop = writer.Block($"for (nuint at = 0; at < BlockFloats; at += {_w})");
        foreach (var (name, row) in new[] { ("i", 0), ("g", 1), ("f", 2), ("o", 3), ("t", 4) })
            writer.Line($"var {name} = {dialect.Load("gates", ActivationEmitter.GateAt("at", row))};");
        writer.Line($"var dh = {dialect.Load("hiddenAdjoint", "at")};");
        writer.Line($"var dc = {dialect.Load("cellAdjoint", "at")};");
        ActivationEmitter.WriteCellAdjoint(writer, dialect, dialect.Load("cell", "at"));
        writer.Line("dcBefore.StoreUnsafe(ref cellAdjoint, at);");
        foreach (var (name, row) in new[] { ("di", 0), ("dg", 1), ("df", 2), ("dO", 3) })
            writer.Line($"{name}.StoreUnsafe(ref gates, {ActivationEmitter.GateAt("at", row)});");
    }

    private void WriteRecurrent()
    {
        writer.Line(
            """

            // dh = W dz, with the rows of theta as they are: [k][gate][unit].
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void RecurrentAdjoint(ref float weights, ref float gateAdjoint, ref float hiddenAdjoint)
            """);
        using var body = writer.Body();
        var pieces = dialect.Pieces / dialect.VectorTile;
        using var piece = pieces > 1 ? writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {dialect.VectorTile * _w})") : (IDisposable?)null;
        var tile = Math.Min(_n, 4 * dialect.UnitTile);
        var rest = _n % tile;
        using (writer.Block($"for (nuint k = 0; k < {_n - rest}; k += {tile})"))
            WriteRecurrentTile("k", tile, pieces > 1);
        if (rest > 0)
            using (writer.Block(""))
                WriteRecurrentTile(CodeText.Literal(_n - rest), rest, pieces > 1);
    }

    private void WriteRecurrentTile(string k, int tile, bool inPieces)
    {
        var piece = inPieces ? " + piece" : "";
        writer.Line($"ref var w = ref Unsafe.Add(ref weights, {k} * Columns);");
        writer.Line($"ref var dz = ref {(inPieces ? "Unsafe.Add(ref gateAdjoint, piece)" : "gateAdjoint")};");
        foreach (var (row, v) in Cells()) writer.Line($"var dh{row}{Letter(v)} = {dialect.Floats}.Zero;");
        using (writer.Block($"for (nuint column = 0; column < Columns; column += {ColumnTile})"))
        {
            for (var step = 0; step < ColumnTile; step++)
            {
                for (var v = 0; v < dialect.VectorTile; v++)
                    writer.Line($"var dz{step}{Letter(v)} = {dialect.Load("dz", CodeText.Literal(step * 16 + v * _w))};");
                for (var row = 0; row < tile; row++)
                {
                    var weight = dialect.Broadcast($"Unsafe.Add(ref w, {(row == 0 ? CodeText.Literal(step) : $"{CodeText.Literal(row)} * Columns + {CodeText.Literal(step)}")})");
                    if (dialect.VectorTile > 1)
                    {
                        writer.Line($"var w{step}Row{row} = {weight};");
                        weight = $"w{CodeText.Literal(step)}Row{CodeText.Literal(row)}";
                    }
                    for (var v = 0; v < dialect.VectorTile; v++)
                        writer.Line($"dh{row}{Letter(v)} = {dialect.MultiplyAdd(weight, $"dz{CodeText.Literal(step)}{Letter(v)}", $"dh{CodeText.Literal(row)}{Letter(v)}")};");
                }
            }
            writer.Line($"w = ref Unsafe.Add(ref w, {ColumnTile});");
            writer.Line($"dz = ref Unsafe.Add(ref dz, {ColumnTile} * BlockLanes);");
        }
        foreach (var (row, v) in Cells())
            writer.Line($"dh{row}{Letter(v)}.StoreUnsafe(ref hiddenAdjoint, ({k} + {row}) * BlockLanes{(v == 0 ? "" : $" + {CodeText.Literal(v * _w)}")}{piece});");

        System.Collections.Generic.IEnumerable<(int Row, int Vector)> Cells() =>
            from row in Enumerable.Range(0, tile) from v in Enumerable.Range(0, dialect.VectorTile) select (row, v);
    }

    private void WriteColumns()
    {
        var rest = _n % 4;
        writer.Line(
            """

            // h of a block, [k][16], lane by lane: [lane][k].
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void TransposeState(ref float hidden, ref float columns)
            """);
        using var body = writer.Body();
        if (_n >= 4)
        {
            writer.Line($"for (nuint k = 0; k < {_n - rest}; k += 4)");
            using (writer.Indent())
                writer.Line("BlockTranspose.FourRows(ref Unsafe.Add(ref hidden, k * BlockLanes), ref Unsafe.Add(ref columns, k), PaddedState);");
        }
        if (rest == 0) return;
        writer.Line($"for (nuint k = {_n - rest}; k < StateSize; k++)");
        using (writer.Indent())
        {
            writer.Line("for (nuint lane = 0; lane < BlockLanes; lane++)");
            using (writer.Indent()) writer.Line("Unsafe.Add(ref columns, lane * PaddedState + k) = Unsafe.Add(ref hidden, k * BlockLanes + lane);");
        }
    }

    private void WriteGateSums()
    {
        writer.Line(
            $"""

            // Gradients of the gates of a few places, [place][tick][gate][unit][16], summed for the messages along the lanes and for those of each
            // place{(dialect.Pieces == 1 ? "" : $", these into the first {CodeText.Literal(_w)} lanes")}.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void AddGateSums(ref float gateAdjoint, nuint places, nuint ticks, ref float laneAdjoint, ref float loopAdjoint)
            """);
        using var body = writer.Body();
        // Several columns side by side: each is a chain of additions.
        var tile = Math.Max(1, 4 / dialect.Pieces);
        using var columns = writer.Block($"for (nuint column = 0; column < LaneGateFloats; column += {tile} * BlockLanes)");
        writer.Line("ref var dz = ref Unsafe.Add(ref gateAdjoint, column);");
        writer.Line("ref var loop = ref Unsafe.Add(ref loopAdjoint, column);");
        foreach (var (c, v) in Cells()) writer.Line($"var lane{c}{Letter(v)} = {dialect.Load("laneAdjoint", $"column + {At(c, v)}")};");
        using (writer.Block("for (nuint place = 0; place < places; place++)"))
        {
            foreach (var (c, v) in Cells()) writer.Line($"var sum{c}{Letter(v)} = {dialect.Load("dz", At(c, v))};");
            writer.Line("dz = ref Unsafe.Add(ref dz, GateFloats);");
            using (writer.Block("for (nuint tick = 1; tick < ticks; tick++)"))
            {
                foreach (var (c, v) in Cells()) writer.Line($"sum{c}{Letter(v)} += {dialect.Load("dz", At(c, v))};");
                writer.Line("dz = ref Unsafe.Add(ref dz, GateFloats);");
            }
            foreach (var (c, v) in Cells()) writer.Line($"lane{c}{Letter(v)} += sum{c}{Letter(v)};");
            for (var c = 0; c < tile; c++)
            {
                var sum = string.Join(" + ", Enumerable.Range(0, dialect.Pieces).Select(v => $"sum{CodeText.Literal(c)}{Letter(v)}"));
                writer.Line($"({dialect.Load("loop", At(c, 0))} + {(dialect.Pieces > 1 ? $"({sum})" : sum)}).StoreUnsafe(ref loop, {At(c, 0)});");
            }
            writer.Line("loop = ref Unsafe.Add(ref loop, LoopAdjointFloats);");
        }
        foreach (var (c, v) in Cells()) writer.Line($"lane{c}{Letter(v)}.StoreUnsafe(ref laneAdjoint, column + {At(c, v)});");

        string At(int column, int piece) => CodeText.Literal(column * Blocks.Lanes + piece * _w);

        System.Collections.Generic.IEnumerable<(int Column, int Piece)> Cells() =>
            from c in Enumerable.Range(0, tile) from v in Enumerable.Range(0, dialect.Pieces) select (c, v);
    }

    private void WriteWeights()
    {
        var vectors = PaddedState(dialect, _n) / _columns.Width;
        // A gate read once serves several vectors, but as an embedded broadcast it costs nothing.
        var entries = dialect.UnitTile > 1 ? 1 : vectors % 2 == 0 ? 2 : vectors % 3 == 0 ? 3 : 1;
        // As many accumulators as there are registers for; a product that is not fused takes one more.
        var tile = Math.Min(4 * _n, (dialect.UnitTile > 1 ? 16 : dialect.IsFused ? 12 : 8) / entries);
        var rest = 4 * _n % tile;
        writer.Line(
            """

            // Over all lanes and micro ticks of a few places: dW [gate][unit][k] += dz h, with h lane by lane, [record][lane][k].
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void AddWeightGradient(ref float columns, ref float gateAdjoint, nuint records, ref float sums)
            """);
        using (writer.Body())
        using (vectors > entries ? writer.Block($"for (nuint k = 0; k < PaddedState; k += {entries * _columns.Width})") : (IDisposable?)null)
        {
            var k = vectors > entries ? "k" : "0";
            using (writer.Block($"for (nuint column = 0; column < {4 * _n - rest}; column += {tile})"))
                WriteWeightTile("column", tile, k, entries);
            if (rest > 0)
                using (writer.Block(""))
                    WriteWeightTile(CodeText.Literal(4 * _n - rest), rest, k, entries);
        }
        writer.Method(
            """

            // The turn's gradient [gate][unit][k] joins the first of the episode's 16 partial sums.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void AddRecurrentGradient(ref float sums, ref float gradient)
            """,
            """
            for (nuint k = 0; k < StateSize; k++)
                for (nuint column = 0; column < Columns; column++)
                    Unsafe.Add(ref gradient, (k * Columns + column) * BlockLanes) += Unsafe.Add(ref sums, column * PaddedState + k);
            """);
    }

    private void WriteWeightTile(string column, int tile, string k, int entries)
    {
        var w = _columns.Width;
        writer.Line(
            $"""
            ref var sum = ref Unsafe.Add(ref sums, {column} * PaddedState{(k == "0" ? "" : " + k")});
            ref var h = ref {(k == "0" ? "columns" : "Unsafe.Add(ref columns, k)")};
            ref var dz = ref Unsafe.Add(ref gateAdjoint, {column} * BlockLanes);
            """);
        foreach (var (c, v) in Cells()) writer.Line($"var sum{c}{Letter(v)} = {_columns.Load("sum", At(c, v))};");
        using (writer.Block("for (nuint record = 0; record < records; record++)"))
        {
            using (writer.Block("for (nuint lane = 0; lane < BlockLanes; lane++)"))
            {
                for (var v = 0; v < entries; v++) writer.Line($"var h{Letter(v)} = {_columns.Load("h", CodeText.Literal(v * w))};");
                for (var c = 0; c < tile; c++)
                {
                    var value = _columns.Broadcast($"Unsafe.Add(ref dz, lane{(c == 0 ? "" : $" + {CodeText.Literal(c)} * BlockLanes")})");
                    if (entries > 1)
                    {
                        writer.Line($"var dz{c} = {value};");
                        value = $"dz{CodeText.Literal(c)}";
                    }
                    for (var v = 0; v < entries; v++)
                        writer.Line($"sum{c}{Letter(v)} = {_columns.MultiplyAdd(value, $"h{Letter(v)}", $"sum{CodeText.Literal(c)}{Letter(v)}")};");
                }
                writer.Line("h = ref Unsafe.Add(ref h, PaddedState);");
            }
            writer.Line("dz = ref Unsafe.Add(ref dz, GateFloats);");
        }
        foreach (var (c, v) in Cells()) writer.Line($"sum{c}{Letter(v)}.StoreUnsafe(ref sum, {At(c, v)});");

        string At(int c, int v) => (c, v) switch
        {
            (0, _) => CodeText.Literal(v * w),
            (_, 0) => $"{CodeText.Literal(c)} * PaddedState",
            _ => $"{CodeText.Literal(c)} * PaddedState + {CodeText.Literal(v * w)}",
        };

        System.Collections.Generic.IEnumerable<(int Column, int Vector)> Cells() =>
            from c in Enumerable.Range(0, tile) from v in Enumerable.Range(0, entries) select (c, v);
    }

    private static string Letter(int vector) => "ABCD".Substring(vector, 1);
}
