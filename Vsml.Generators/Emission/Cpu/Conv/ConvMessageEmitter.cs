using System.Linq;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the methods around the micro tick of a convolution: incoming messages onto gates, layer norm, sums over windows, and
/// outgoing messages, where the lanes of a vector are entries of one state or one message.
/// </summary>
internal sealed class ConvMessageEmitter(SourceWriter writer, SimdDialect dialect, CpuPlan plan)
{
    private static readonly string[] Gates = ["i", "g", "f", "o"];

    private readonly bool _norm = plan.Normalises;
    private readonly int _message = CpuTheta.PaddedMessage(plan.MessageSize);
    private readonly SimdDialect _messages = dialect.NoWiderThan(CpuTheta.PaddedMessage(plan.MessageSize));

    /// <summary>Writes all methods that the plan needs.</summary>
    public void Write()
    {
        writer.Line(
            $"""

            // What is summed for the messages of a place: {(_norm ? "normalised messages" : "states, which commute with the messenger")}.
            private const int PlaceSums = {(_norm ? "PaddedMessage" : "EntryLanes")};
            """);
        WriteProjectPlace();
        if (plan.HasPositions) WriteAddPositions();
        WriteMerge();
        WriteReaders();
        if (_norm) WriteNormalise();
        WriteAddToPlaces();
        WriteSendPlace();
    }

    private void WriteProjectPlace()
    {
        writer.Line(
            """

            // gates = message W, for the message of one place.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void ProjectPlace(ref float rows, ref float message, nuint stride, nuint channels, ref float gates)
            """);
        using var body = writer.Body();
        using var pieces = writer.Block($"for (nuint piece = 0; piece < EntryLanes; piece += {dialect.Width})");
        foreach (var gate in Gates) writer.Line($"var {gate} = {dialect.Floats}.Zero;");
        using (writer.Block("for (nuint channel = 0; channel < channels; channel++)"))
        {
            writer.Line($"var value = {dialect.Broadcast("Unsafe.Add(ref message, channel * stride)")};");
            for (var gate = 0; gate < 4; gate++)
                writer.Line($"{Gates[gate]} = {dialect.MultiplyAdd("value", dialect.Load("rows", $"(channel * 4 + {CodeText.Literal(gate)}) * PaddedEntries + piece"), Gates[gate])};");
        }
        for (var gate = 0; gate < 4; gate++)
            writer.Line($"{Gates[gate]}.StoreUnsafe(ref gates, piece * 4 + {gate * dialect.Width});");
    }

    private void WriteAddPositions()
    {
        writer.Line(
            """

            // gates = bias + position features of a sub-RNN: channel in, channel out, layer.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void AddPositionFeatures(ref float bias, ref float rows, float input, float output, float layer, ref float gates)
            """);
        using var body = writer.Body();
        using var columns = writer.Block($"for (nuint column = 0; column < 4 * PaddedEntries; column += {dialect.Width})");
        writer.Line($"var sum = {dialect.Load("bias", "column")};");
        foreach (var (row, feature) in new[] { (0, "input"), (1, "output"), (2, "layer") })
            writer.Line($"sum = {dialect.MultiplyAdd(dialect.Broadcast(feature), dialect.Load("rows", $"{CodeText.Literal(row)} * 4 * PaddedEntries + column"), "sum")};");
        writer.Line("sum.StoreUnsafe(ref gates, column);");
    }

    private void WriteMerge() => writer.Method(
        """

        // Replaces the first half of the entries by their mean over the batch: state [batch][padded entries].
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void MergeEntries(ref float state, nuint batch)
        """,
        """
        for (nuint entry = 0; entry < MergedEntries; entry++)
        {
            var mean = Unsafe.Add(ref state, entry);
            for (nuint example = 1; example < batch; example++)
                mean += Unsafe.Add(ref state, example * PaddedEntries + entry);
            mean /= batch;
            for (nuint example = 0; example < batch; example++)
                Unsafe.Add(ref state, example * PaddedEntries + entry) = mean;
        }
        """);

    private void WriteReaders() => writer.Method(
        """

        // How many outputs along an axis have a window that holds an input.
        private static int Readers(int input, int outputs, int kernel, int stride)
        """,
        """
        var end = input + (kernel - 1) / 2;
        var first = Math.Max(0, (end - kernel + stride) / stride);
        return Math.Max(0, Math.Min(outputs - 1, end / stride) - first + 1);
        """);

    private void WriteNormalise()
    {
        const int tile = ConvScratch.NormalisedTile;
        var block = System.Math.Min(_message, Blocks.Lanes);
        var vectors = block / _messages.Width;
        writer.Line(
            $"""

            // Normalised messages of all positions, {CodeText.Literal(tile)} at a time (the last ones may lie beyond):
            //   y = h W + b, its mean already taken off the weights      y' = y / sqrt(var y + 1e-5)
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void NormalisePositions(ref float weights, ref float bias, ref float hiddenAt, nuint positions, ref float normalised)
            """);
        using var body = writer.Body();
        using var loop = writer.Block($"for (nuint position = 0; position < positions; position += {tile})");
        writer.Line("ref var hidden = ref Unsafe.Add(ref hiddenAt, position * PaddedEntries);");
        writer.Line("ref var messages = ref Unsafe.Add(ref normalised, position * PaddedMessage);");
        for (var p = 0; p < tile; p++)
            for (var v = 0; v < vectors; v++) writer.Line($"var squares{p}{Letter(v)} = {_messages.Floats}.Zero;");
        using (_message > block ? writer.Block($"for (nuint block = 0; block < PaddedMessage; block += {block})") : writer.Block(""))
            for (var v = 0; v < vectors; v++)
                using (writer.Block(""))
                {
                    var lane = (_message > block ? "block + " : "") + CodeText.Literal(v * _messages.Width);
                    WriteProjection(writer, _messages, lane);
                    for (var p = 0; p < tile; p++)
                    {
                        writer.Line($"y{p}.StoreUnsafe(ref messages, {p} * PaddedMessage + {lane});");
                        var squares = $"squares{CodeText.Literal(p)}{Letter(v)}";
                        writer.Line($"{squares} = {_messages.MultiplyAdd($"y{CodeText.Literal(p)}", $"y{CodeText.Literal(p)}", squares)};");
                    }
                }
        writer.Line($"var variance = LaneSums.OfEach({string.Join(", ", Enumerable.Range(0, tile).Select(Folded))}) * Vector128.Create(1f / MessageSize);");
        writer.Line($"var scale = Vector128<float>.One / Vector128.Sqrt(variance + Vector128.Create({ThetaPlan.NormEpsilon}));");
        for (var p = 0; p < tile; p++) writer.Line($"var scale{p} = {_messages.Broadcast($"scale[{CodeText.Literal(p)}]")};");
        using (writer.Block($"for (nuint lane = 0; lane < PaddedMessage; lane += {_messages.Width})"))
            for (var p = 0; p < tile; p++)
            {
                var lane = $"{CodeText.Literal(p)} * PaddedMessage + lane";
                writer.Line($"({_messages.Load("messages", lane)} * scale{CodeText.Literal(p)}).StoreUnsafe(ref messages, {lane});");
            }

        string Folded(int p) => $"LaneSums.Fold({string.Join(", ", Enumerable.Range(0, vectors).Select(v => $"squares{CodeText.Literal(p)}{Letter(v)}"))})";
    }

    /// <summary>Writes y = h W + b for a tile of positions and some lanes, with the mean already taken off W and b.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="words">The vectors.</param>
    /// <param name="lane">The first of the lanes.</param>
    public static void WriteProjection(SourceWriter writer, SimdDialect words, string lane)
    {
        const int tile = ConvScratch.NormalisedTile;
        for (var p = 0; p < tile; p++) writer.Line($"var y{p} = {words.Load("bias", lane)};");
        using var ks = writer.Block("for (nuint k = 0; k < StateSize; k++)");
        writer.Line($"var row = {words.Load("weights", $"k * PaddedMessage + {lane}")};");
        for (var p = 0; p < tile; p++)
            writer.Line($"y{p} = {words.MultiplyAdd(words.Broadcast($"Unsafe.Add(ref hidden, k + {CodeText.Literal(p)} * PaddedEntries)"), "row", $"y{CodeText.Literal(p)}")};");
    }

    private static string Letter(int vector) => ((char)('A' + vector)).ToString();

    private void WriteAddToPlaces()
    {
        var words = _norm ? _messages : dialect;
        writer.Line(
            $"""

            // Adds what each position gives to the sums of a place; places lie {(_norm ? "PaddedMessage" : "EntryLanes")} floats apart.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void AddToPlaces(ref float from, nuint positions, nuint columns, nuint columnStep, nuint rowStep, ref float sums)
            """);
        using var body = writer.Body();
        writer.Line("nuint column = 0;");
        using var loop = writer.Block("for (nuint position = 0; position < positions; position++)");
        var lanes = _norm ? _message : ConvTickEmitter.Lanes(dialect, plan.StateSize);
        for (var lane = 0; lane < lanes; lane += words.Width)
            writer.Line($"({words.Load("sums", CodeText.Literal(lane))} + {words.Load("from", CodeText.Literal(lane))}).StoreUnsafe(ref sums, {lane});");
        writer.Line(
            $$"""
            from = ref Unsafe.Add(ref from, {{(_norm ? "PaddedMessage" : "PaddedEntries")}});
            sums = ref Unsafe.Add(ref sums, columnStep * PlaceSums);
            if (++column == columns)
            {
                column = 0;
                sums = ref Unsafe.Add(ref sums, rowStep * PlaceSums);
            }
            """);
    }

    private void WriteSendPlace()
    {
        var (made, weights, bias) = _norm
            ? ("the mean normalised message, scaled and shifted", "scale", "offset")
            : ("mean h W + bias", "weights", "bias");
        writer.Line(
            $"""

            // Message of one place: {made}. Window slots that nobody reads give zero, so {bias} counts by the share of those with a reader.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void SendPlace(
                ref float {weights}, ref float {bias}, ref float sums, float share, float readers, ref float made, ref float message, nuint stride)
            """);
        using var body = writer.Body();
        using (writer.Block($"for (nuint lane = 0; lane < PaddedMessage; lane += {_messages.Width})"))
        {
            if (_norm)
                writer.Line($"var y = {_messages.Load("sums", "lane")} * {_messages.Broadcast("share")} * {_messages.Load("scale", "lane")};");
            else
            {
                writer.Line($"var y = {_messages.Floats}.Zero;");
                writer.Line("for (nuint k = 0; k < StateSize; k++)");
                using (writer.Indent())
                    writer.Line($"y = {_messages.MultiplyAdd(_messages.Broadcast("Unsafe.Add(ref sums, k)"), _messages.Load("weights", "k * PaddedMessage + lane"), "y")};");
                writer.Line($"y *= {_messages.Broadcast("share")};");
            }
            writer.Line($"y = {_messages.MultiplyAdd(_messages.Broadcast("readers"), _messages.Load(bias, "lane"), "y")};");
            writer.Line("y.StoreUnsafe(ref made, lane);");
        }
        writer.Line(
            """
            for (nuint entry = 0; entry < MessageSize; entry++)
                Unsafe.Add(ref message, entry * stride) = Unsafe.Add(ref made, entry);
            """);
    }
}
