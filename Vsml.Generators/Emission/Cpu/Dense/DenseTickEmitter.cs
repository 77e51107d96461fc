using System.Collections.Generic;
using System.Linq;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the inner kernel: one micro tick of a block of 16 sub-RNNs. Gates of a few state entries are accumulated in named registers
/// over all k. With many registers they go on through the activations and leave as new c and h, and the processor runs the end of one
/// tile beside the product of the next. With few, product, new c and new h are loops of their own with iterations short enough to overlap.
/// </summary>
/// <param name="writer">Where to write.</param>
/// <param name="dialect">The SIMD level.</param>
/// <param name="plan">The network.</param>
/// <param name="storesGates">Whether i, g, f, o and tanh(c') are kept for the adjoint.</param>
internal sealed class DenseTickEmitter(SourceWriter writer, SimdDialect dialect, CpuPlan plan, bool storesGates = false)
{
    private static readonly string[] Gates = ["i", "g", "f", "o"];

    private readonly int _n = plan.StateSize;

    /// <summary>Writes the method.</summary>
    public void Write()
    {
        writer.Line(storesGates
            ? """
            // The same micro tick, which also keeps i, g, f, o and t = tanh(c') for the adjoint: gates [i|g|f|o|t][unit][16].
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void MicroTickStored(
                ref float recurrent, ref float lane, ref float loop, ref float hidden, ref float cell, ref float newHidden, ref float newCell, ref float gates)
            """
            : """
            // One micro tick of 16 sub-RNNs with the same theta:
            //   z = lane + loop + h W      c' = sigmoid(f) c + sigmoid(i) tanh(g)      h' = sigmoid(o) tanh(c')
            // lane [gate][unit][16] and loop [gate][unit] are what the messages along either axis add to the gates, gates is scratch space.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void MicroTick(
                ref float recurrent, ref float lane, ref float loop, ref float hidden, ref float cell, ref float newHidden, ref float newCell, ref float gates)
            """);
        if (dialect.FusesTick)
        {
            using (writer.Body()) WritePieces();
            return;
        }
        using (writer.Body())
        {
            writer.Line("AddProduct(ref recurrent, ref lane, ref loop, ref hidden, ref gates);");
            writer.Line($"UpdateCell{Suffix}(ref gates, ref cell, ref newCell);");
            writer.Line($"UpdateHidden{Suffix}(ref gates, ref newCell, ref newHidden);");
        }
        if (!storesGates) WriteAddProduct();
        WriteUpdateCell();
        WriteUpdateHidden();
    }

    private string Suffix => storesGates ? "Stored" : "";

    private void WriteUpdateCell()
    {
        writer.Line(
            $"""

            // c' = sigmoid(f) c + sigmoid(i) tanh(g){(storesGates ? ", the gates kept" : "")}.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void UpdateCell{Suffix}(ref float gates, ref float cell, ref float newCell)
            """);
        using var body = writer.Body();
        using var loop = writer.Block($"for (nuint at = 0; at < BlockFloats; at += {dialect.Width})");
        for (var gate = 0; gate < 3; gate++)
            writer.Line($"var {Gates[gate]} = {dialect.Load("gates", ActivationEmitter.GateAt("at", gate))};");
        ActivationEmitter.WriteNewCell(writer, dialect, [""], _ => dialect.Load("cell", "at"), Store);
        writer.Line("c.StoreUnsafe(ref newCell, at);");
    }

    private void WriteUpdateHidden()
    {
        writer.Line(
            $"""

            // h' = sigmoid(o) tanh(c'){(storesGates ? ", the gate and the tanh kept" : "")}.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void UpdateHidden{Suffix}(ref float gates, ref float newCell, ref float newHidden)
            """);
        using var body = writer.Body();
        using var loop = writer.Block($"for (nuint at = 0; at < BlockFloats; at += {dialect.Width})");
        writer.Line($"var o = {dialect.Load("gates", ActivationEmitter.GateAt("at", 3))};");
        ActivationEmitter.WriteNewHidden(writer, dialect, [""], _ => dialect.Load("newCell", "at"), Store);
        writer.Line("h.StoreUnsafe(ref newHidden, at);");
    }

    private System.Action<StoredValue, string, string>? Store => !storesGates ? null : (what, value, _) =>
        writer.Line($"{value}.StoreUnsafe(ref gates, {ActivationEmitter.GateAt("at", (int)what)});");

    private void WriteAddProduct()
    {
        writer.Line(
            """

            // gates [i|g|f|o][unit][16] = lane + loop + h W.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void AddProduct(ref float recurrent, ref float lane, ref float loop, ref float hidden, ref float gates)
            """);
        using (writer.Body()) WritePieces();
    }

    private void WritePieces()
    {
        if (dialect.Pieces == dialect.VectorTile) WriteTiles("0");
        else
            using (writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {dialect.VectorTile * dialect.Width})"))
                WriteTiles("piece");
    }

    private void WriteTiles(string piece)
    {
        var tile = System.Math.Min(dialect.UnitTile, _n);
        var rest = _n % tile;
        var whole = _n - rest;
        if (whole == tile)
            using (writer.Block(""))
                WriteTile("0", tile, piece);
        else
            using (writer.Block($"for (nuint unit = 0; unit < {whole}; unit += {tile})"))
                WriteTile("unit", tile, piece);
        if (rest == 0) return;
        using (writer.Block(""))
            WriteTile(CodeText.Literal(whole), rest, piece);
    }

    private void WriteTile(string unit, int units, string piece)
    {
        var cells = (from u in Enumerable.Range(0, units) from v in Enumerable.Range(0, dialect.VectorTile) select new Cell(u, v, $"{u * dialect.VectorTile + v}")).ToArray();
        WriteAccumulators(unit, units, piece, cells);
        WriteProduct(unit, units, piece, cells);
        if (dialect.FusesTick) WriteActivations(unit, piece, cells);
        else WriteStoreGates(unit, piece, cells);
    }

    private void WriteAccumulators(string unit, int units, string piece, IReadOnlyList<Cell> cells)
    {
        for (var gate = 0; gate < 4; gate++)
            for (var u = 0; u < units; u++)
            {
                var column = Sum(unit, gate * _n + u);
                if (dialect.VectorTile == 1)
                    writer.Line($"var {Gates[gate]}{u} = {dialect.Broadcast($"Unsafe.Add(ref loop, {column})")} + {dialect.Load("lane", Sum(Scaled(unit), (gate * _n + u) * 16, piece))};");
                else
                {
                    writer.Line($"var {Gates[gate]}Loop{u} = {dialect.Broadcast($"Unsafe.Add(ref loop, {column})")};");
                    foreach (var cell in cells.Where(cell => cell.Unit == u))
                        writer.Line($"var {Gates[gate]}{cell.Name} = {Gates[gate]}Loop{u} + {dialect.Load("lane", Sum(Scaled(unit), (gate * _n + u) * 16 + cell.Vector * dialect.Width, piece))};");
                }
            }
    }

    private void WriteProduct(string unit, int units, string piece, IReadOnlyList<Cell> cells)
    {
        writer.Line($"ref var weights = ref Unsafe.Add(ref recurrent, {(unit == "unit" ? $"unit * {4 * _n}" : CodeText.Literal(int.Parse(unit, System.Globalization.CultureInfo.InvariantCulture) * 4 * _n))});");
        writer.Line($"ref var h = ref {(piece == "0" ? "hidden" : "Unsafe.Add(ref hidden, piece)")};");
        var unroll = Unroll;
        using var loop = writer.Block($"for (nuint k = 0; k < StateSize; k += {unroll})");
        for (var step = 0; step < unroll; step++)
        {
            for (var v = 0; v < dialect.VectorTile; v++)
                writer.Line($"var h{Step(step)}{Letter(v)} = {dialect.Load("h", CodeText.Literal(step * 16 + v * dialect.Width))};");
            for (var u = 0; u < units; u++)
                for (var gate = 0; gate < 4; gate++)
                {
                    var weight = dialect.Broadcast($"Unsafe.Add(ref weights, {CodeText.Literal(u * 4 * _n + step * 4 + gate)})");
                    if (dialect.VectorTile > 1)
                    {
                        writer.Line($"var {Gates[gate]}Weight{u}{Step(step)} = {weight};");
                        weight = $"{Gates[gate]}Weight{u}{Step(step)}";
                    }
                    foreach (var cell in cells.Where(cell => cell.Unit == u))
                        writer.Line($"{Gates[gate]}{cell.Name} = {dialect.MultiplyAdd(weight, $"h{Step(step)}{Letter(cell.Vector)}", $"{Gates[gate]}{cell.Name}")};");
                }
        }
        writer.Line($"weights = ref Unsafe.Add(ref weights, {4 * unroll});");
        writer.Line($"h = ref Unsafe.Add(ref h, {16 * unroll});");
    }

    private void WriteStoreGates(string unit, string piece, IReadOnlyList<Cell> cells)
    {
        for (var gate = 0; gate < 4; gate++)
            foreach (var cell in cells)
                writer.Line($"{Gates[gate]}{cell.Name}.StoreUnsafe(ref gates, {Sum(Scaled(unit), (gate * _n + cell.Unit) * 16 + cell.Vector * dialect.Width, piece)});");
    }

    private void WriteActivations(string unit, string piece, IReadOnlyList<Cell> cells)
    {
        var byName = cells.ToDictionary(cell => cell.Name);
        var store = !storesGates ? (System.Action<StoredValue, string, string>?)null : (what, value, name) =>
            writer.Line($"{value}.StoreUnsafe(ref gates, {At(name, (int)what * _n)});");
        string[] names = [.. byName.Keys];
        ActivationEmitter.WriteNewCell(writer, dialect, names, name => dialect.Load("cell", At(name)), store);
        foreach (var name in names) writer.Line($"c{name}.StoreUnsafe(ref newCell, {At(name)});");
        ActivationEmitter.WriteNewHidden(writer, dialect, names, name => $"c{name}", store);
        foreach (var name in names) writer.Line($"h{name}.StoreUnsafe(ref newHidden, {At(name)});");

        string At(string name, int firstUnit = 0) =>
            Sum(Scaled(unit), (firstUnit + byName[name].Unit) * 16 + byName[name].Vector * dialect.Width, piece);
    }

    private int Unroll => _n % 4 == 0 ? 4 : 1;

    private static string Scaled(string unit) => unit == "unit" ? "unit * 16" : CodeText.Literal(int.Parse(unit, System.Globalization.CultureInfo.InvariantCulture) * 16);

    /// <summary>Adds index terms, folding constants.</summary>
    private static string Sum(string first, int constant, string second = "0")
    {
        var total = constant;
        var terms = new List<string>();
        foreach (var term in new[] { first, second })
            if (int.TryParse(term, out var number)) total += number;
            else terms.Add(term);
        if (total != 0 || terms.Count == 0) terms.Add(CodeText.Literal(total));
        return string.Join(" + ", terms);
    }

    private static string Step(int step) => step == 0 ? "" : "K" + CodeText.Literal(step);

    private static string Letter(int vector) => vector == 0 ? "Low" : "High";

    private sealed record Cell(int Unit, int Vector, string Name);
}
