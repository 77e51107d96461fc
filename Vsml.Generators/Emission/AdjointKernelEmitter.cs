using System;
using System.Linq;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the three inner kernels of the reverse pass: the cell's derivative, the product with the recurrent weights' transpose,
/// and the outer products that make the weights' gradient, accumulated in registers over many records.
/// </summary>
internal sealed class AdjointKernelEmitter(SourceWriter writer, SimdDialect dialect, NetworkPlan plan)
{
    private const int ColumnTile = 4;
    private readonly int _n = plan.Architecture.StateSize;
    private readonly int _w = dialect.Width;

    /// <summary>Writes all three.</summary>
    public void Write()
    {
        WriteCell();
        WriteRecurrent();
        WriteWeights();
    }

    private void WriteCell()
    {
        writer.Line(
            """

            // Reverse of the cell: from gradients of h' and c' to those of the gates before activation [i|g|f|o][unit][16] and of c.
            //   do = dh t o(1 - o)    dc' = dc + dh o (1 - t t)    di = dc' g i(1 - i)    dg = dc' i (1 - g g)    df = dc' c f(1 - f)
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void CellAdjoint(ref float gates, ref float cell, ref float hiddenAdjoint, ref float cellAdjoint, ref float gateAdjoint)
            """);
        using var body = writer.Block("");
        using var loop = writer.Block($"for (nuint at = 0; at < BlockFloats; at += {_w})");
        foreach (var (name, row) in new[] { ("i", 0), ("g", 1), ("f", 2), ("o", 3), ("t", 4) })
            writer.Line($"var {name} = {dialect.Load("gates", ActivationEmitter.GateAt("at", row))};");
        writer.Line($"var dh = {dialect.Load("hiddenAdjoint", "at")};");
        writer.Line($"var dc = {dialect.Load("cellAdjoint", "at")};");
        ActivationEmitter.WriteCellAdjoint(writer, dialect, dialect.Load("cell", "at"));
        writer.Line("dcBefore.StoreUnsafe(ref cellAdjoint, at);");
        foreach (var (name, row) in new[] { ("di", 0), ("dg", 1), ("df", 2), ("dO", 3) })
            writer.Line($"{name}.StoreUnsafe(ref gateAdjoint, {ActivationEmitter.GateAt("at", row)});");
    }

    private void WriteRecurrent()
    {
        writer.Line(
            """

            // dh = W dz, with the rows of theta as they are: [k][gate][unit].
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void RecurrentAdjoint(ref float weights, ref float gateAdjoint, ref float hiddenAdjoint)
            """);
        using var body = writer.Block("");
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

    private void WriteWeights()
    {
        // As many accumulators as there are registers for; a product that is not fused takes one more.
        var tile = Math.Min(_n, dialect.UnitTile > 1 ? 4 : dialect.IsFused ? 3 : 2);
        // Instead of one row left over, whose few accumulators would wait for each other, two pairs.
        var (rest, restTile) = tile == 3 && _n > 3 && _n % 3 == 1 ? (4, 2) : (_n % tile, _n % tile);
        writer.Line(
            $"""

            // Over the records of a few places, all micro ticks of one after the other: dW [k][gate][unit][16] += h dz, and the sums of dz for
            // the messages along the lanes and for those of each place{(dialect.Pieces == 1 ? "" : $"; all but the lanes' sums go into the first {CodeText.Literal(_w)} lanes")}.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void AddWeightGradient(
                ref float hidden, ref float gateAdjoint, nuint places, nuint ticks, ref float sums, ref float laneAdjoint, ref float loopAdjoint)
            """);
        using var body = writer.Block("");
        using var columns = writer.Block($"for (nuint column = 0; column < Columns; column += {ColumnTile})");
        writer.Line("ref var dzColumn = ref Unsafe.Add(ref gateAdjoint, column * BlockLanes);");
        WriteGateSums();
        WriteWeightTiles(0, _n - rest, tile);
        WriteWeightTiles(_n - rest, _n, restTile);
    }

    private void WriteWeightTiles(int first, int end, int tile)
    {
        if (first == end) return;
        if (end - first > tile)
            using (writer.Block($"for (nuint k = {first}; k < {end}; k += {tile})"))
                WriteWeightTile("k", tile);
        else
            using (writer.Block(""))
                WriteWeightTile(CodeText.Literal(first), tile);
    }

    private void WriteGateSums()
    {
        var tile = Math.Min(ColumnTile, 8 / dialect.Pieces);
        var (from, first) = tile == ColumnTile ? ("dzColumn", "column") : ("Unsafe.Add(ref dzColumn, next * BlockLanes)", "(column + next)");
        using var sums = writer.Block(tile == ColumnTile ? "" : $"for (nuint next = 0; next < {ColumnTile}; next += {tile})");
        writer.Line(
            $"""
            ref var dz = ref {from};
            ref var lane = ref Unsafe.Add(ref laneAdjoint, {first} * BlockLanes);
            ref var loop = ref Unsafe.Add(ref loopAdjoint, {first} * BlockLanes);
            """);
        foreach (var (c, v) in Cells()) writer.Line($"var lane{Column(c)}{v} = {dialect.Load("lane", At(c, v))};");
        using (writer.Block("for (nuint place = 0; place < places; place++)"))
        {
            for (var c = 0; c < tile; c++) writer.Line($"var loop{Column(c)} = {dialect.Load("loop", At(c, 0))};");
            using (writer.Block("for (nuint tick = 0; tick < ticks; tick++)"))
            {
                foreach (var (c, v) in Cells())
                {
                    writer.Line($"var dz{Column(c)}{v} = {dialect.Load("dz", At(c, v))};");
                    writer.Line($"lane{Column(c)}{v} += dz{Column(c)}{v};");
                    writer.Line($"loop{Column(c)} += dz{Column(c)}{v};");
                }
                writer.Line("dz = ref Unsafe.Add(ref dz, GateRecordFloats);");
            }
            for (var c = 0; c < tile; c++) writer.Line($"loop{Column(c)}.StoreUnsafe(ref loop, {At(c, 0)});");
            writer.Line("loop = ref Unsafe.Add(ref loop, GateRecordFloats);");
        }
        foreach (var (c, v) in Cells()) writer.Line($"lane{Column(c)}{v}.StoreUnsafe(ref lane, {At(c, v)});");

        string At(int column, int piece) => CodeText.Literal(column * 16 + piece * _w);

        System.Collections.Generic.IEnumerable<(int Column, int Piece)> Cells() =>
            from c in Enumerable.Range(0, tile) from v in Enumerable.Range(0, dialect.Pieces) select (c, v);
    }

    private void WriteWeightTile(string k, int tile)
    {
        writer.Line(
            $"""
            ref var dz = ref dzColumn;
            ref var h = ref Unsafe.Add(ref hidden, {k} * BlockLanes);
            ref var sum = ref Unsafe.Add(ref sums, ({k} * Columns + column) * BlockLanes);
            """);
        for (var row = 0; row < tile; row++)
            for (var c = 0; c < ColumnTile; c++)
                writer.Line($"var sum{row}{Column(c)} = {dialect.Load("sum", $"({CodeText.Literal(row)} * Columns + {CodeText.Literal(c)}) * BlockLanes")};");
        using (writer.Block("for (nuint record = 0; record < places * ticks; record++)"))
        {
            using (dialect.Pieces > 1 ? writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {_w})") : (IDisposable?)null)
            {
                for (var row = 0; row < tile; row++) writer.Line($"var h{row} = {dialect.Load("h", At(row))};");
                for (var c = 0; c < ColumnTile; c++)
                {
                    writer.Line($"var dz{Column(c)} = {dialect.Load("dz", At(c))};");
                    for (var row = 0; row < tile; row++)
                        writer.Line($"sum{row}{Column(c)} = {dialect.MultiplyAdd($"h{CodeText.Literal(row)}", $"dz{Column(c)}", $"sum{CodeText.Literal(row)}{Column(c)}")};");
                }
            }
            writer.Line("h = ref Unsafe.Add(ref h, HiddenRecordFloats);");
            writer.Line("dz = ref Unsafe.Add(ref dz, GateRecordFloats);");
        }
        for (var row = 0; row < tile; row++)
            for (var c = 0; c < ColumnTile; c++)
                writer.Line($"sum{row}{Column(c)}.StoreUnsafe(ref sum, ({row} * Columns + {c}) * BlockLanes);");

        string At(int place) => dialect.Pieces == 1 ? CodeText.Literal(place * 16) : place == 0 ? "piece" : $"{CodeText.Literal(place * 16)} + piece";
    }

    private static string Letter(int vector) => vector == 0 ? "Low" : "High";

    private static string Column(int column) => "ABCD".Substring(column, 1);
}
