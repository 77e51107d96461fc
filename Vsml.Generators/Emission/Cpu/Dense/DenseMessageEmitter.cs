using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the methods around the micro tick that all turns share: what incoming messages add to the gates, merging of a batch,
/// layer norm, and the projection of summed states into outgoing messages.
/// </summary>
internal sealed class DenseMessageEmitter(SourceWriter writer, SimdDialect dialect, CpuPlan plan)
{
    private readonly int _w = dialect.Width;

    /// <summary>Writes all methods that the plan needs.</summary>
    public void Write()
    {
        WriteProjectLoop();
        WriteProjectLanes();
        if (plan.HasPositions) WritePositions();
        WriteMerge();
        if (plan.Normalises)
        {
            WriteNormalise();
            WriteSendNormalised();
        }
        else WriteSend();
    }

    private void WriteProjectLoop()
    {
        writer.Line(
            """

            // loop [place][gate][unit] = bias + messages W, for each place along the looped axis.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void ProjectLoop(
                ref float bias, ref float weights, ref float messages, nuint stride, nuint channels, nuint places, ref float loop)
            """);
        using var body = writer.Body();
        using var places = writer.Block("for (nuint place = 0; place < places; place++)");
        using var columns = writer.Block($"for (nuint column = 0; column < Columns; column += {_w})");
        writer.Line($"var gates = {dialect.Load("bias", "column")};");
        writer.Line("for (nuint channel = 0; channel < channels; channel++)");
        using (writer.Indent())
            writer.Line($"gates = {dialect.MultiplyAdd(dialect.Broadcast("Unsafe.Add(ref messages, channel * stride + place)"), dialect.Load("weights", "channel * Columns + column"), "gates")};");
        writer.Line("gates.StoreUnsafe(ref loop, place * PaddedColumns + column);");
    }

    private void WriteProjectLanes()
    {
        writer.Line(
            """

            // lane [gate][unit][16] = messages W, for the 16 places of a block.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void ProjectLanes(ref float weights, ref float messages, nuint stride, nuint channels, ref float lane)
            """);
        using var body = writer.Body();
        using var columns = writer.Block("for (nuint column = 0; column < Columns; column++)");
        using var pieces = writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {_w})");
        writer.Line($"var gates = {dialect.Floats}.Zero;");
        writer.Line("for (nuint channel = 0; channel < channels; channel++)");
        using (writer.Indent())
            writer.Line($"gates = {dialect.MultiplyAdd(dialect.Broadcast("Unsafe.Add(ref weights, channel * Columns + column)"), dialect.Load("messages", "channel * stride + piece"), "gates")};");
        writer.Line("gates.StoreUnsafe(ref lane, column * BlockLanes + piece);");
    }

    private void WritePositions()
    {
        writer.Line(
            """

            // Adds the position features of the looped axis, place / last, and of the layer.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void AddLoopPositions(ref float weights, ref float layerWeights, float layer, nuint places, ref float loop)
            """);
        using (writer.Body())
        using (writer.Block("for (nuint place = 0; place < places; place++)"))
        {
            writer.Line("var position = places > 1 ? (float)place / (float)(places - 1) : 0f;");
            using (writer.Block($"for (nuint column = 0; column < Columns; column += {_w})"))
            {
                writer.Line($"var gates = {dialect.Load("loop", "place * PaddedColumns + column")};");
                writer.Line($"gates = {dialect.MultiplyAdd(dialect.Broadcast("position"), dialect.Load("weights", "column"), "gates")};");
                writer.Line($"gates = {dialect.MultiplyAdd(dialect.Broadcast("layer"), dialect.Load("layerWeights", "column"), "gates")};");
                writer.Line("gates.StoreUnsafe(ref loop, place * PaddedColumns + column);");
            }
        }
        writer.Line(
            """

            // Adds the position features of the lanes, place / last.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void AddLanePositions(ref float weights, nuint firstPlace, nuint places, ref float lane)
            """);
        using (writer.Body())
        using (writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {_w})"))
        {
            writer.Line($"var position = ({dialect.Vector}.CreateSequence((float)(firstPlace + piece), 1f)) / {dialect.Broadcast("places > 1 ? (float)(places - 1) : float.PositiveInfinity")};");
            using (writer.Block("for (nuint column = 0; column < Columns; column++)"))
            {
                writer.Line($"var gates = {dialect.Load("lane", "column * BlockLanes + piece")};");
                writer.Line($"gates = {dialect.MultiplyAdd(dialect.Broadcast("Unsafe.Add(ref weights, column)"), "position", "gates")};");
                writer.Line("gates.StoreUnsafe(ref lane, column * BlockLanes + piece);");
            }
        }
    }

    private void WriteMerge()
    {
        writer.Line(
            """

            // Replaces the first half of the entries by their mean over the batch: state [batch][entry][16].
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void Merge(ref float state, nuint batch)
            """);
        using var body = writer.Body();
        using var lanes = writer.Block($"for (nuint at = 0; at < MergedEntries * BlockLanes; at += {_w})");
        writer.Line(
            $"""
            var sum = {dialect.Load("state", "at")};
            for (nuint example = 1; example < batch; example++)
                sum += {dialect.Load("state", "example * BlockFloats + at")};
            sum /= {dialect.Broadcast("(float)batch")};
            for (nuint example = 0; example < batch; example++)
                sum.StoreUnsafe(ref state, example * BlockFloats + at);
            """);
    }

    private void WriteSend()
    {
        writer.Line(
            $"""

            // Messages of the 16 places of a block: [entry][place] = bias + mean h W.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void SendLanes(
                ref float weights, ref float bias, ref float sums, float scale{Parameter}, nuint firstEntry, nuint entries, ref float messages, nuint stride)
            """);
        using (writer.Body())
        using (writer.Block("for (nuint entry = 0; entry < entries; entry++)"))
        using (writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {_w})"))
        {
            WriteProjectedSum();
            writer.Line($"message = {dialect.MultiplyAdd("message", dialect.Broadcast("scale"), dialect.Broadcast(Constant))};");
            writer.Line("message.StoreUnsafe(ref messages, entry * stride + piece);");
        }
        writer.Line(
            $"""

            // Message of one place of the looped axis: [entry][place] = bias + mean h W, the mean over lanes.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void SendLoop(
                ref float weights, ref float bias, ref float sums, float scale{Parameter}, nuint firstEntry, nuint entries, ref float messages, nuint stride)
            """);
        using (writer.Body())
        using (writer.Block("for (nuint entry = 0; entry < entries; entry++)"))
        {
            for (var piece = 0; piece < dialect.Pieces; piece++)
            {
                writer.Line($"var message{piece} = {dialect.Floats}.Zero;");
            }
            using (writer.Block("for (nuint k = 0; k < StateSize; k++)"))
            {
                writer.Line($"var weight = {dialect.Broadcast("Unsafe.Add(ref weights, k * MessageSize + firstEntry + entry)")};");
                for (var piece = 0; piece < dialect.Pieces; piece++)
                    writer.Line($"message{piece} = {dialect.MultiplyAdd("weight", dialect.Load("sums", piece == 0 ? "k * BlockLanes" : $"k * BlockLanes + {CodeText.Literal(piece * _w)}"), $"message{CodeText.Literal(piece)}")};");
            }
            writer.Line($"Unsafe.Add(ref messages, entry * stride) = {LaneSum("message")} * scale + {Constant};");
        }
    }

    // The bias, or the norm's offset, of an entry: it counts as often as its terms are more than they are divided by.
    private string Constant => "Unsafe.Add(ref bias, firstEntry + entry)" + (plan.Network.ScalesConstants ? " * constant" : "");

    private string Parameter => plan.Network.ScalesConstants ? ", float constant" : "";

    private void WriteProjectedSum()
    {
        writer.Line($"var message = {dialect.Floats}.Zero;");
        writer.Line("for (nuint k = 0; k < StateSize; k++)");
        using (writer.Indent())
            writer.Line($"message = {dialect.MultiplyAdd(dialect.Broadcast("Unsafe.Add(ref weights, k * MessageSize + firstEntry + entry)"), dialect.Load("sums", "k * BlockLanes + piece"), "message")};");
    }

    /// <summary>The sum over 16 lanes; the same tree at every width: first lanes 8 apart, then 4, 2, 1.</summary>
    private string LaneSum(string name) => dialect.Pieces switch
    {
        1 => $"LaneSums.Of({name}0)",
        2 => $"LaneSums.Of({name}0, {name}1)",
        _ => $"LaneSums.Of({name}0, {name}1, {name}2, {name}3)",
    };

    private void WriteNormalise()
    {
        writer.Line(
            """

            // Adds the normalised messages of a block to sums [entry][16]; lanes from `lanes` on do not count:
            //   y = h W + b      y' = (y - mean y) / sqrt(var y + 1e-5), mean and variance over the entries.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void AddNormalised(
                ref float weights, ref float bias, ref float hidden, float lanes, nuint firstEntry, nuint entries, ref float messages, ref float sums)
            """);
        using var body = writer.Body();
        using var pieces = writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {_w})");
        var m = plan.MessageSize;
        writer.Line($"var mean = {dialect.Floats}.Zero;");
        for (var first = 0; first < m; first += 8)
        {
            var count = System.Math.Min(8, m - first);
            using var tile = writer.Block("");
            for (var e = 0; e < count; e++)
                writer.Line($"var y{e} = {dialect.Broadcast($"Unsafe.Add(ref bias, {CodeText.Literal(first + e)})")};");
            using (writer.Block("for (nuint k = 0; k < StateSize; k++)"))
            {
                writer.Line($"var h = {dialect.Load("hidden", "k * BlockLanes + piece")};");
                for (var e = 0; e < count; e++)
                    writer.Line($"y{e} = {dialect.MultiplyAdd(dialect.Broadcast($"Unsafe.Add(ref weights, k * MessageSize + {CodeText.Literal(first + e)})"), "h", $"y{CodeText.Literal(e)}")};");
            }
            for (var e = 0; e < count; e++) writer.Line($"y{e}.StoreUnsafe(ref messages, {(first + e) * 16} + piece);");
            writer.Line($"mean += {Tree(0, count)};");
        }
        writer.Line(
            $$"""
            mean *= {{dialect.Broadcast("1f / MessageSize")}};
            var variance = {{dialect.Floats}}.Zero;
            for (nuint entry = 0; entry < MessageSize; entry++)
            {
                var difference = {{dialect.Load("messages", "entry * BlockLanes + piece")}} - mean;
                variance = {{dialect.MultiplyAdd("difference", "difference", "variance")}};
            }
            variance *= {{dialect.Broadcast("1f / MessageSize")}};
            var scale = {{dialect.Floats}}.One / {{dialect.Vector}}.Sqrt(variance + {{dialect.Broadcast(CodeText.Literal(ThetaPlan.NormEpsilon))}});
            var counts = {{dialect.Vector}}.LessThan({{dialect.Vector}}.CreateSequence((float)piece, 1f), {{dialect.Broadcast("lanes")}});
            for (nuint entry = firstEntry; entry < firstEntry + entries; entry++)
            {
                var normalised = ({{dialect.Load("messages", "entry * BlockLanes + piece")}} - mean) * scale;
                ({{dialect.Load("sums", "entry * BlockLanes + piece")}} + (normalised & counts)).StoreUnsafe(ref sums, entry * BlockLanes + piece);
            }
            """);
    }

    private static string Tree(int first, int count)
    {
        if (count == 1) return $"y{CodeText.Literal(first)}";
        var half = count / 2;
        return $"({Tree(first, half)} + {Tree(first + half, count - half)})";
    }

    private void WriteSendNormalised()
    {
        writer.Line(
            $"""

            // Messages of the 16 places of a block: the mean normalised message, scaled and shifted.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void SendLanes(
                ref float weights, ref float bias, ref float sums, float scale{Parameter}, nuint firstEntry, nuint entries, ref float messages, nuint stride)
            """);
        using (writer.Body())
        using (writer.Block("for (nuint entry = 0; entry < entries; entry++)"))
        using (writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {_w})"))
        {
            writer.Line($"var message = {dialect.Load("sums", "(firstEntry + entry) * BlockLanes + piece")} * {dialect.Broadcast("scale")};");
            writer.Line($"message = {dialect.MultiplyAdd("message", dialect.Broadcast("Unsafe.Add(ref weights, firstEntry + entry)"), dialect.Broadcast(Constant))};");
            writer.Line("message.StoreUnsafe(ref messages, entry * stride + piece);");
        }
        writer.Line(
            $"""

            // Message of one place of the looped axis: the mean normalised message over lanes, scaled and shifted.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void SendLoop(
                ref float weights, ref float bias, ref float sums, float scale{Parameter}, nuint firstEntry, nuint entries, ref float messages, nuint stride)
            """);
        using (writer.Body())
        using (writer.Block("for (nuint entry = 0; entry < entries; entry++)"))
        {
            writer.Line("ref var sum = ref Unsafe.Add(ref sums, (firstEntry + entry) * BlockLanes);");
            for (var piece = 0; piece < dialect.Pieces; piece++)
                writer.Line($"var message{piece} = {dialect.Load("sum", CodeText.Literal(piece * _w))};");
            writer.Line($"Unsafe.Add(ref messages, entry * stride) = {LaneSum("message")} * scale * Unsafe.Add(ref weights, firstEntry + entry) + {Constant};");
        }
    }
}
