using System.Linq;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the inner kernels of a convolution's reverse: the cell's derivative at all positions of a sub-RNN, the one of its state,
/// and the layer norm's.
/// </summary>
internal sealed class ConvAdjointTickEmitter(SourceWriter writer, SimdDialect dialect, CpuPlan plan)
{
    private static readonly string[] Gates = ["i", "g", "f", "o"];

    private readonly int _w = dialect.Width;
    private readonly int _message = CpuTheta.PaddedMessage(plan.MessageSize);
    private readonly SimdDialect _messages = dialect.NoWiderThan(CpuTheta.PaddedMessage(plan.MessageSize));

    /// <summary>Writes all methods that the plan needs.</summary>
    public void Write()
    {
        WritePositions();
        WriteState();
        if (plan.HasPositions) WritePositionFeatures();
        if (!plan.Normalises) return;
        WriteNormalised();
        WriteMessengerGradient();
    }

    private void WritePositions()
    {
        writer.Line(
            """

            // Reverse of StepPositions for one sub-RNN, each position with its share of the gradients of the new h and c:
            //   do = dh t o(1 - o)    dc' = dc + dh o (1 - t t)    di = dc' g i(1 - i)    dg = dc' i (1 - g g)    df = dc' c f(1 - f)
            // The gradients of the gates join those of the messages, input and output, and their sum is the state's.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void PositionsAdjoint(
                ref float storedGates, ref float cell, ref float hiddenAdjoint, ref float cellAdjoint, ref float hiddenAtAdjoint, nuint hiddenAtStep,
                nuint columns, nuint positions, nuint columnStep, nuint rowStep, ref float inputAdjoint, ref float outputAdjoint, ref float gateAdjoint)
            """);
        using var body = writer.Body();
        writer.Line($"var share = {dialect.Broadcast("1f / positions")};");
        using var pieces = writer.Block($"for (nuint piece = 0; piece < EntryLanes; piece += {_w})");
        writer.Line(
            $"""
            ref var stored = ref Unsafe.Add(ref storedGates, piece * 5);
            ref var dhAt = ref Unsafe.Add(ref hiddenAtAdjoint, piece);
            ref var input = ref Unsafe.Add(ref inputAdjoint, piece * 4);
            ref var output = ref Unsafe.Add(ref outputAdjoint, piece * 4);
            var c = {dialect.Load("cell", "piece")};
            var dhMean = {dialect.Load("hiddenAdjoint", "piece")} * share;
            var dcMean = {dialect.Load("cellAdjoint", "piece")} * share;
            var dcSum = {dialect.Floats}.Zero;
            """);
        foreach (var gate in Gates) writer.Line($"var {gate}Sum = {dialect.Floats}.Zero;");
        writer.Line("nuint column = 0;");
        using (writer.Block("for (nuint position = 0; position < positions; position++)"))
        {
            foreach (var (name, row) in new[] { ("i", 0), ("g", 1), ("f", 2), ("o", 3), ("t", 4) })
                writer.Line($"var {name} = {dialect.Load("stored", CodeText.Literal(row * _w))};");
            writer.Line($"var dh = dhMean + {dialect.Load("dhAt", "0")};");
            writer.Line("var dc = dcMean;");
            ActivationEmitter.WriteCellAdjoint(writer, dialect, "c");
            writer.Line("dcSum += dcBefore;");
            foreach (var (name, gate) in new[] { ("di", 0), ("dg", 1), ("df", 2), ("dO", 3) })
            {
                var at = CodeText.Literal(gate * _w);
                writer.Line($"{Gates[gate]}Sum += {name};");
                writer.Line($"({dialect.Load("input", at)} + {name}).StoreUnsafe(ref input, {at});");
                writer.Line($"({dialect.Load("output", at)} + {name}).StoreUnsafe(ref output, {at});");
            }
            writer.Line(
                """
                stored = ref Unsafe.Add(ref stored, StoredGateFloats);
                dhAt = ref Unsafe.Add(ref dhAt, hiddenAtStep);
                output = ref Unsafe.Add(ref output, EntryGateFloats);
                input = ref Unsafe.Add(ref input, columnStep);
                if (++column == columns)
                {
                    column = 0;
                    input = ref Unsafe.Add(ref input, rowStep);
                }
                """);
        }
        writer.Line("dcSum.StoreUnsafe(ref cellAdjoint, piece);");
        for (var gate = 0; gate < 4; gate++)
            writer.Line($"{Gates[gate]}Sum.StoreUnsafe(ref gateAdjoint, piece * 4 + {gate * _w});");
    }

    private void WriteState()
    {
        writer.Line(
            """

            // Reverse of RecurrentGates: dh = W dz, dW += h dz, db += dz.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void StateAdjoint(
                ref float recurrentColumns, ref float gateAdjoint, ref float hidden, ref float recurrentGradient, ref float biasGradient, ref float hiddenAdjoint)
            """);
        using var body = writer.Body();
        using (writer.Block($"for (nuint lane = 0; lane < EntryLanes; lane += {_w})"))
            WriteColumnProduct(writer, dialect, "recurrentColumns", "PaddedEntries", "lane", sum => $"({sum}).StoreUnsafe(ref hiddenAdjoint, lane);");
        using (writer.Block($"for (nuint at = 0; at < EntryGateFloats; at += {_w})"))
        {
            writer.Line($"var dz = {dialect.Load("gateAdjoint", "at")};");
            writer.Line($"({dialect.Load("biasGradient", "at")} + dz).StoreUnsafe(ref biasGradient, at);");
            writer.Line("ref var row = ref Unsafe.Add(ref recurrentGradient, at);");
            using var ks = writer.Block("for (nuint k = 0; k < StateSize; k++)");
            writer.Line($"{dialect.Vector}.StoreUnsafe({dialect.MultiplyAdd(dialect.Broadcast("Unsafe.Add(ref hidden, k)"), "dz", dialect.Load("row", "0"))}, ref row);");
            writer.Line("row = ref Unsafe.Add(ref row, EntryGateFloats);");
        }
    }

    /// <summary>Writes the product of gateAdjoint with columns of weights, in four chains.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="words">The vectors of the result.</param>
    /// <param name="columns">Name of the weights: [gate of an entry][lanes].</param>
    /// <param name="stride">Distance of their rows.</param>
    /// <param name="lane">The lane where the result begins.</param>
    /// <param name="use">The statement that takes the result.</param>
    public static void WriteColumnProduct(SourceWriter writer, SimdDialect words, string columns, string stride, string lane, System.Func<string, string> use)
    {
        for (var chain = 0; chain < 4; chain++) writer.Line($"var sum{chain} = {words.Floats}.Zero;");
        using (writer.Block("for (nuint gate = 0; gate < EntryGateFloats; gate += 4)"))
            for (var chain = 0; chain < 4; chain++)
                writer.Line($"sum{chain} = {words.MultiplyAdd(words.Broadcast($"Unsafe.Add(ref gateAdjoint, gate + {CodeText.Literal(chain)})"), words.Load(columns, $"(gate + {CodeText.Literal(chain)}) * {stride} + {lane}"), $"sum{CodeText.Literal(chain)}")};");
        writer.Line(use("sum0 + sum1 + (sum2 + sum3)"));
    }

    private void WritePositionFeatures()
    {
        writer.Line(
            """

            // Gradient of the position features' weights: channel in, channel out, layer.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void PositionFeaturesAdjoint(ref float gateAdjoint, float input, float output, float layer, ref float gradient)
            """);
        using var body = writer.Body();
        using var loop = writer.Block($"for (nuint at = 0; at < EntryGateFloats; at += {_w})");
        writer.Line($"var dz = {dialect.Load("gateAdjoint", "at")};");
        foreach (var (row, feature) in new[] { (0, "input"), (1, "output"), (2, "layer") })
        {
            var at = $"{CodeText.Literal(row)} * EntryGateFloats + at";
            writer.Line($"{dialect.Vector}.StoreUnsafe({dialect.MultiplyAdd(dialect.Broadcast(feature), "dz", dialect.Load("gradient", at))}, ref gradient, {at});");
        }
    }

    private void WriteNormalised()
    {
        const int tile = ConvScratch.NormalisedTile;
        var block = System.Math.Min(_message, Blocks.Lanes);
        var vectors = block / _messages.Width;
        writer.Line(
            $"""

            // Reverse of NormalisePositions, {CodeText.Literal(tile)} positions at a time; the messages n are made again on the way:
            //   dy = (dn - n mean(dn n)) / deviation,    dh += W dy,    with the mean taken off W
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void NormalisedAdjoint(
                ref float weights, ref float bias, ref float messenger, ref float hiddenAt, nuint positions, nuint columns, nuint columnStep, nuint rowStep,
                ref float spread, ref float normalised, ref float messageAdjoint, ref float hiddenAtAdjoint)
            """);
        using var body = writer.Body();
        writer.Line("nuint column = 0;");
        using var loop = writer.Block($"for (nuint position = 0; position < positions; position += {tile})");
        writer.Line(
            """
            ref var hidden = ref Unsafe.Add(ref hiddenAt, position * PaddedEntries);
            ref var messages = ref Unsafe.Add(ref normalised, position * PaddedMessage);
            ref var dy = ref Unsafe.Add(ref messageAdjoint, position * PaddedMessage);
            ref var dh = ref Unsafe.Add(ref hiddenAtAdjoint, position * PaddedEntries);
            """);
        for (var p = 0; p < tile; p++)
        {
            writer.Line($"ref var spread{p} = ref spread;");
            // Beyond the last position it stays: what is computed there is never read.
            using (writer.Block($"if (position + {p + 1} < positions)"))
            {
                writer.Line("spread = ref Unsafe.Add(ref spread, columnStep * PaddedMessage);");
                using (writer.Block("if (++column == columns)"))
                {
                    writer.Line("column = 0;");
                    writer.Line("spread = ref Unsafe.Add(ref spread, rowStep * PaddedMessage);");
                }
            }
        }
        for (var p = 0; p < tile; p++)
            for (var v = 0; v < vectors; v++)
                foreach (var sum in new[] { "squares", "products" }) writer.Line($"var {sum}{p}{Letter(v)} = {_messages.Floats}.Zero;");
        using (_message > block ? writer.Block($"for (nuint block = 0; block < PaddedMessage; block += {block})") : writer.Block(""))
            for (var v = 0; v < vectors; v++)
                using (writer.Block(""))
                {
                    var lane = (_message > block ? "block + " : "") + CodeText.Literal(v * _messages.Width);
                    ConvMessageEmitter.WriteProjection(writer, _messages, lane);
                    for (var p = 0; p < tile; p++)
                    {
                        var (squares, products, y) = ($"squares{CodeText.Literal(p)}{Letter(v)}", $"products{CodeText.Literal(p)}{Letter(v)}", $"y{CodeText.Literal(p)}");
                        writer.Line($"{y}.StoreUnsafe(ref messages, {p} * PaddedMessage + {lane});");
                        writer.Line($"{squares} = {_messages.MultiplyAdd(y, y, squares)};");
                        writer.Line($"{products} = {_messages.MultiplyAdd(y, _messages.Load($"spread{CodeText.Literal(p)}", lane), products)};");
                    }
                }
        writer.Line($"var variance = LaneSums.OfEach({Folded("squares")}) * Vector128.Create(1f / MessageSize);");
        writer.Line($"var scale = Vector128<float>.One / Vector128.Sqrt(variance + Vector128.Create({ThetaPlan.NormEpsilon}));");
        writer.Line($"var product = LaneSums.OfEach({Folded("products")}) * Vector128.Create(1f / MessageSize) * scale;");
        for (var p = 0; p < tile; p++) writer.Line($"var scale{p} = {_messages.Broadcast($"scale[{CodeText.Literal(p)}]")};");
        for (var p = 0; p < tile; p++) writer.Line($"var product{p} = {_messages.Broadcast($"product[{CodeText.Literal(p)}]")};");
        using (writer.Block($"for (nuint lane = 0; lane < PaddedMessage; lane += {_messages.Width})"))
            for (var p = 0; p < tile; p++)
            {
                var at = $"{CodeText.Literal(p)} * PaddedMessage + lane";
                writer.Line(
                    $"""
                    var n{p} = {_messages.Load("messages", at)} * scale{p};
                    n{p}.StoreUnsafe(ref messages, {at});
                    (({_messages.Load($"spread{CodeText.Literal(p)}", "lane")} - n{p} * product{p}) * scale{p}).StoreUnsafe(ref dy, {at});
                    """);
            }
        using (writer.Block($"for (nuint lane = 0; lane < EntryLanes; lane += {_w})"))
        {
            for (var p = 0; p < tile; p++) writer.Line($"var dh{p} = {dialect.Load("dh", $"{CodeText.Literal(p)} * PaddedEntries + lane")};");
            using (writer.Block("for (nuint entry = 0; entry < MessageSize; entry++)"))
            {
                writer.Line($"var row = {dialect.Load("messenger", "entry * PaddedEntries + lane")};");
                for (var p = 0; p < tile; p++)
                    writer.Line($"dh{p} = {dialect.MultiplyAdd(dialect.Broadcast($"Unsafe.Add(ref dy, entry + {CodeText.Literal(p)} * PaddedMessage)"), "row", $"dh{CodeText.Literal(p)}")};");
            }
            for (var p = 0; p < tile; p++) writer.Line($"dh{p}.StoreUnsafe(ref dh, {p} * PaddedEntries + lane);");
        }

        string Folded(string name) => string.Join(", ", Enumerable.Range(0, tile).Select(p =>
            $"LaneSums.Fold({string.Join(", ", Enumerable.Range(0, vectors).Select(v => $"{name}{CodeText.Literal(p)}{Letter(v)}"))})"));
    }

    private static string Letter(int vector) => ((char)('A' + vector)).ToString();

    private void WriteMessengerGradient()
    {
        var n = plan.StateSize;
        var tile = System.Math.Min(n, 8);
        var rest = n % tile;
        writer.Line(
            """

            // Over all positions of a sub-RNN: dW [k][entry] += h dy, db += dy.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void AddMessengerGradient(ref float hiddenAt, ref float messageAdjoint, nuint positions, ref float gradient)
            """);
        using var body = writer.Body();
        using var lanes = writer.Block($"for (nuint lane = 0; lane < PaddedMessage; lane += {_messages.Width})");
        writer.Line(
            $"""
            var bias = {_messages.Load("gradient", "MessengerBiasGradient + lane")};
            for (nuint position = 0; position < positions; position++)
                bias += {_messages.Load("messageAdjoint", "position * PaddedMessage + lane")};
            bias.StoreUnsafe(ref gradient, MessengerBiasGradient + lane);
            """);
        using (writer.Block($"for (nuint k = 0; k < {n - rest}; k += {tile})")) Tile("k", tile);
        if (rest > 0)
            using (writer.Block(""))
                Tile(CodeText.Literal(n - rest), rest);

        void Tile(string k, int count)
        {
            writer.Line($"ref var h = ref Unsafe.Add(ref hiddenAt, {k});");
            for (var i = 0; i < count; i++) writer.Line($"var row{i} = {_messages.Load("gradient", $"({k} + {CodeText.Literal(i)}) * PaddedMessage + lane")};");
            using (writer.Block("for (nuint position = 0; position < positions; position++)"))
            {
                writer.Line($"var dy = {_messages.Load("messageAdjoint", "position * PaddedMessage + lane")};");
                for (var i = 0; i < count; i++)
                    writer.Line($"row{i} = {_messages.MultiplyAdd(_messages.Broadcast($"Unsafe.Add(ref h, {CodeText.Literal(i)})"), "dy", $"row{CodeText.Literal(i)}")};");
                writer.Line("h = ref Unsafe.Add(ref h, PaddedEntries);");
            }
            for (var i = 0; i < count; i++) writer.Line($"row{i}.StoreUnsafe(ref gradient, ({k} + {i}) * PaddedMessage + lane);");
        }
    }
}
