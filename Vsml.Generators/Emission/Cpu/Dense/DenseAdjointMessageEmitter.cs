using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the reverse of what stands around the micro tick: incoming messages, outgoing messages, layer norm. Every gradient of
/// theta is kept as 16 partial sums, one per lane, until the end of an episode.
/// </summary>
internal sealed class DenseAdjointMessageEmitter(SourceWriter writer, SimdDialect dialect, CpuPlan plan)
{
    private readonly int _w = dialect.Width;

    /// <summary>Writes all methods that the plan needs.</summary>
    public void Write()
    {
        WriteIncoming();
        if (plan.HasPositions) WritePositions();
        if (plan.Normalises)
        {
            WriteScaledMessages();
            WriteNormalised();
            WriteScaleGradient();
        }
        else
        {
            WriteSpread();
            WriteMessengerGradient();
        }
    }

    private void WriteIncoming()
    {
        writer.Line(
            """

            // Reverse of ProjectLanes: dW [entry][column][16] += message dz, and message gradients += W dz if anybody wants them.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void LaneMessagesAdjoint(
                ref float weights, ref float sums, ref float messages, ref float messageAdjoint, bool wanted, nuint stride, nuint channels, ref float laneAdjoint)
            """);
        using (writer.Body())
        using (writer.Block("for (nuint channel = 0; channel < channels; channel++)"))
        using (writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {_w})"))
        {
            writer.Line($"var message = {dialect.Load("messages", "channel * stride + piece")};");
            writer.Line($"var adjoint = {dialect.Floats}.Zero;");
            using (writer.Block("for (nuint column = 0; column < Columns; column++)"))
            {
                writer.Line($"var dz = {dialect.Load("laneAdjoint", "column * BlockLanes + piece")};");
                writer.Line("ref var sum = ref Unsafe.Add(ref sums, (channel * Columns + column) * BlockLanes + piece);");
                writer.Line($"{dialect.Vector}.StoreUnsafe({dialect.MultiplyAdd("message", "dz", dialect.Load("sum", "0"))}, ref sum);");
                writer.Line($"adjoint = {dialect.MultiplyAdd(dialect.Broadcast("Unsafe.Add(ref weights, channel * Columns + column)"), "dz", "adjoint")};");
            }
            writer.Line($"if (wanted) ({dialect.Load("messageAdjoint", "channel * stride + piece")} + adjoint).StoreUnsafe(ref messageAdjoint, channel * stride + piece);");
        }
        writer.Line(
            """

            // Reverse of ProjectLoop, likewise for one place of the looped axis: dz [column][16], to be summed over lanes.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void LoopMessageAdjoint(
                ref float weights, ref float sums, ref float biasSums, ref float message, ref float messageAdjoint, bool wanted, nuint stride, nuint channels, ref float loopAdjoint)
            """);
        using (writer.Body())
        {
            using (writer.Block($"for (nuint at = 0; at < LaneGateFloats; at += {_w})"))
                writer.Line($"({dialect.Load("biasSums", "at")} + {dialect.Load("loopAdjoint", "at")}).StoreUnsafe(ref biasSums, at);");
            using (writer.Block("for (nuint channel = 0; channel < channels; channel++)"))
            {
                writer.Line($"var value = {dialect.Broadcast("Unsafe.Add(ref message, channel * stride)")};");
                for (var piece = 0; piece < dialect.Pieces; piece++) writer.Line($"var adjoint{piece} = {dialect.Floats}.Zero;");
                using (writer.Block("for (nuint column = 0; column < Columns; column++)"))
                {
                    writer.Line("ref var sum = ref Unsafe.Add(ref sums, (channel * Columns + column) * BlockLanes);");
                    writer.Line($"var weight = {dialect.Broadcast("Unsafe.Add(ref weights, channel * Columns + column)")};");
                    for (var piece = 0; piece < dialect.Pieces; piece++)
                    {
                        var at = CodeText.Literal(piece * _w);
                        writer.Line($"var dz{piece} = {dialect.Load("loopAdjoint", piece == 0 ? "column * BlockLanes" : $"column * BlockLanes + {at}")};");
                        writer.Line($"{dialect.Vector}.StoreUnsafe({dialect.MultiplyAdd("value", $"dz{CodeText.Literal(piece)}", dialect.Load("sum", at))}, ref sum, {at});");
                        writer.Line($"adjoint{piece} = {dialect.MultiplyAdd("weight", $"dz{CodeText.Literal(piece)}", $"adjoint{CodeText.Literal(piece)}")};");
                    }
                }
                writer.Line($"if (wanted) Unsafe.Add(ref messageAdjoint, channel * stride) += {LaneSum("adjoint")};");
            }
        }
    }

    private void WritePositions()
    {
        writer.Line(
            """

            // Gradient of the position features' weights: dW [column][16] += position dz, positions first, first + step, ...
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void PositionAdjoint(ref float sums, ref float gateAdjoint, float first, float step, float last)
            """);
        using var body = writer.Body();
        using var pieces = writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {_w})");
        writer.Line($"var position = {dialect.Vector}.CreateSequence(first + (float)piece * step, step) / {dialect.Broadcast("last")};");
        using var columns = writer.Block("for (nuint column = 0; column < Columns; column++)");
        writer.Line("var at = column * BlockLanes + piece;");
        writer.Line($"{dialect.Vector}.StoreUnsafe({dialect.MultiplyAdd("position", dialect.Load("gateAdjoint", "at"), dialect.Load("sums", "at"))}, ref sums, at);");
    }

    private void WriteSpread()
    {
        writer.Method(
            """

            // What a message's gradient gives to each h of its mean: spread [k] = scale W dm, for one place of the looped axis.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void SpreadLoop(ref float weights, ref float messageAdjoint, nuint stride, float scale, nuint firstEntry, nuint entries, ref float spread)
            """,
            """
            for (nuint k = 0; k < StateSize; k++)
            {
                var sum = 0f;
                for (nuint entry = 0; entry < entries; entry++)
                    sum += Unsafe.Add(ref weights, k * MessageSize + firstEntry + entry) * Unsafe.Add(ref messageAdjoint, entry * stride);
                Unsafe.Add(ref spread, k) = sum * scale;
            }
            """);
        writer.Line(
            """

            // The same for the 16 places of a block: spread [k][16].
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void SpreadLanes(ref float weights, ref float messageAdjoint, nuint stride, float scale, nuint firstEntry, nuint entries, ref float spread)
            """);
        using var body = writer.Body();
        using var ks = writer.Block("for (nuint k = 0; k < StateSize; k++)");
        using var pieces = writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {_w})");
        writer.Line($"var sum = {dialect.Floats}.Zero;");
        writer.Line("for (nuint entry = 0; entry < entries; entry++)");
        using (writer.Indent())
            writer.Line($"sum = {dialect.MultiplyAdd(dialect.Broadcast("Unsafe.Add(ref weights, k * MessageSize + firstEntry + entry)"), dialect.Load("messageAdjoint", "entry * stride + piece"), "sum")};");
        writer.Line($"(sum * {dialect.Broadcast("scale")}).StoreUnsafe(ref spread, k * BlockLanes + piece);");
    }

    private void WriteMessengerGradient()
    {
        writer.Line(
            $"""

            // Gradient of a messenger from the summed h of one place of the looped axis: dW [k][entry][16] += scale h dm, db += dm.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void MessengerLoopGradient(
                ref float sums, ref float weightSums, ref float biasSums, ref float messageAdjoint, nuint stride, float scale{Parameter}, nuint firstEntry, nuint entries)
            """);
        using (writer.Body())
        using (writer.Block("for (nuint entry = 0; entry < entries; entry++)"))
        {
            writer.Line("var adjoint = Unsafe.Add(ref messageAdjoint, entry * stride);");
            writer.Line($"Unsafe.Add(ref biasSums, (firstEntry + entry) * BlockLanes) += adjoint{Times("constant")};");
            writer.Line($"var scaled = {dialect.Broadcast("adjoint * scale")};");
            using (writer.Block("for (nuint k = 0; k < StateSize; k++)"))
            using (writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {_w})"))
            {
                writer.Line("ref var sum = ref Unsafe.Add(ref weightSums, (k * MessageSize + firstEntry + entry) * BlockLanes + piece);");
                writer.Line($"{dialect.Vector}.StoreUnsafe({dialect.MultiplyAdd("scaled", dialect.Load("sums", "k * BlockLanes + piece"), dialect.Load("sum", "0"))}, ref sum);");
            }
        }
        writer.Line(
            $"""

            // The same from the 16 places of a block; lanes from `lanes` on do not count.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void MessengerLanesGradient(
                ref float sums, ref float weightSums, ref float biasSums, ref float messageAdjoint, nuint stride, float scale{Parameter}, float lanes, nuint firstEntry, nuint entries)
            """);
        using (writer.Body())
        using (writer.Block("for (nuint entry = 0; entry < entries; entry++)"))
        using (writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {_w})"))
        {
            WriteCounted();
            writer.Line("ref var bias = ref Unsafe.Add(ref biasSums, (firstEntry + entry) * BlockLanes + piece);");
            writer.Line($"({dialect.Load("bias", "0")} + adjoint{Times(dialect.Broadcast("constant"))}).StoreUnsafe(ref bias);");
            writer.Line($"adjoint *= {dialect.Broadcast("scale")};");
            using (writer.Block("for (nuint k = 0; k < StateSize; k++)"))
            {
                writer.Line("ref var sum = ref Unsafe.Add(ref weightSums, (k * MessageSize + firstEntry + entry) * BlockLanes + piece);");
                writer.Line($"{dialect.Vector}.StoreUnsafe({dialect.MultiplyAdd("adjoint", dialect.Load("sums", "k * BlockLanes + piece"), dialect.Load("sum", "0"))}, ref sum);");
            }
        }
    }

    private string Parameter => plan.Network.ScalesConstants ? ", float constant" : "";

    private string Times(string constant) => plan.Network.ScalesConstants ? " * " + constant : "";

    private void WriteCounted() => writer.Line(
        $"var adjoint = {dialect.Load("messageAdjoint", "entry * stride + piece")} & {dialect.Vector}.LessThan({dialect.Vector}.CreateSequence((float)piece, 1f), {dialect.Broadcast("lanes")});");

    private void WriteScaledMessages()
    {
        writer.Line(
            """

            // Gradient of each normalised message: scaled [entry][16] = norm scale dm / count, for one place of the looped axis.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void ScaleLoop(ref float normScale, ref float messageAdjoint, nuint stride, float scale, nuint firstEntry, nuint entries, ref float scaled)
            """);
        using (writer.Body())
        using (writer.Block("for (nuint entry = 0; entry < entries; entry++)"))
        {
            writer.Line($"var value = {dialect.Broadcast("Unsafe.Add(ref normScale, firstEntry + entry) * Unsafe.Add(ref messageAdjoint, entry * stride) * scale")};");
            for (var piece = 0; piece < dialect.Pieces; piece++)
                writer.Line($"value.StoreUnsafe(ref scaled, (firstEntry + entry) * BlockLanes{(piece == 0 ? "" : $" + {CodeText.Literal(piece * _w)}")});");
        }
        writer.Line(
            """

            // The same for the 16 places of a block.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void ScaleLanes(ref float normScale, ref float messageAdjoint, nuint stride, float scale, nuint firstEntry, nuint entries, ref float scaled)
            """);
        using (writer.Body())
        using (writer.Block("for (nuint entry = 0; entry < entries; entry++)"))
        using (writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {_w})"))
            writer.Line($"({dialect.Broadcast("Unsafe.Add(ref normScale, firstEntry + entry) * scale")} * {dialect.Load("messageAdjoint", "entry * stride + piece")}).StoreUnsafe(ref scaled, (firstEntry + entry) * BlockLanes + piece);");
    }

    private void WriteNormalised()
    {
        writer.Line(
            """

            // Reverse of AddNormalised: messages [entry][16] are made again; then
            //   dy = (dn - mean dn - n mean(dn n)) / deviation,    dh += W dy,    dW += h dy,    db += dy
            // and the normalised messages n join sums, for the gradient of the norm's scale.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void NormalisedAdjoint(
                ref float weights, ref float bias, ref float hidden, float lanes, ref float normalisedAdjoint, ref float messages, ref float sums,
                ref float hiddenAdjoint, ref float weightSums, ref float biasSums)
            """);
        using var body = writer.Body();
        using var pieces = writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {_w})");
        writer.Line(
            $$"""
            var counts = {{dialect.Vector}}.LessThan({{dialect.Vector}}.CreateSequence((float)piece, 1f), {{dialect.Broadcast("lanes")}});
            var mean = {{dialect.Floats}}.Zero;
            for (nuint entry = 0; entry < MessageSize; entry++)
            {
                var y = {{dialect.Broadcast("Unsafe.Add(ref bias, entry)")}};
                for (nuint k = 0; k < StateSize; k++)
                    y = {{dialect.MultiplyAdd(dialect.Broadcast("Unsafe.Add(ref weights, k * MessageSize + entry)"), dialect.Load("hidden", "k * BlockLanes + piece"), "y")}};
                y.StoreUnsafe(ref messages, entry * BlockLanes + piece);
                mean += y;
            }
            mean *= {{dialect.Broadcast("1f / MessageSize")}};
            var variance = {{dialect.Floats}}.Zero;
            for (nuint entry = 0; entry < MessageSize; entry++)
            {
                var difference = {{dialect.Load("messages", "entry * BlockLanes + piece")}} - mean;
                variance = {{dialect.MultiplyAdd("difference", "difference", "variance")}};
            }
            variance *= {{dialect.Broadcast("1f / MessageSize")}};
            var inverse = {{dialect.Floats}}.One / {{dialect.Vector}}.Sqrt(variance + {{dialect.Broadcast(CodeText.Literal(ThetaPlan.NormEpsilon))}});
            var meanAdjoint = {{dialect.Floats}}.Zero;
            var meanProduct = {{dialect.Floats}}.Zero;
            for (nuint entry = 0; entry < MessageSize; entry++)
            {
                var n = (({{dialect.Load("messages", "entry * BlockLanes + piece")}} - mean) * inverse) & counts;
                n.StoreUnsafe(ref messages, entry * BlockLanes + piece);
                ({{dialect.Load("sums", "entry * BlockLanes + piece")}} + n).StoreUnsafe(ref sums, entry * BlockLanes + piece);
                var dn = {{dialect.Load("normalisedAdjoint", "entry * BlockLanes + piece")}};
                meanAdjoint += dn;
                meanProduct = {{dialect.MultiplyAdd("dn", "n", "meanProduct")}};
            }
            meanAdjoint *= {{dialect.Broadcast("1f / MessageSize")}};
            meanProduct *= {{dialect.Broadcast("1f / MessageSize")}};
            for (nuint entry = 0; entry < MessageSize; entry++)
            {
                var dn = {{dialect.Load("normalisedAdjoint", "entry * BlockLanes + piece")}};
                var dy = ((dn - meanAdjoint - {{dialect.Load("messages", "entry * BlockLanes + piece")}} * meanProduct) * inverse) & counts;
                dy.StoreUnsafe(ref messages, entry * BlockLanes + piece);
                ({{dialect.Load("biasSums", "entry * BlockLanes + piece")}} + dy).StoreUnsafe(ref biasSums, entry * BlockLanes + piece);
            }
            for (nuint k = 0; k < StateSize; k++)
            {
                var h = {{dialect.Load("hidden", "k * BlockLanes + piece")}};
                var dh = {{dialect.Load("hiddenAdjoint", "k * BlockLanes + piece")}};
                for (nuint entry = 0; entry < MessageSize; entry++)
                {
                    var dy = {{dialect.Load("messages", "entry * BlockLanes + piece")}};
                    dh = {{dialect.MultiplyAdd(dialect.Broadcast("Unsafe.Add(ref weights, k * MessageSize + entry)"), "dy", "dh")}};
                    ref var sum = ref Unsafe.Add(ref weightSums, (k * MessageSize + entry) * BlockLanes + piece);
                    {{dialect.Vector}}.StoreUnsafe({{dialect.MultiplyAdd("h", "dy", dialect.Load("sum", "0"))}}, ref sum);
                }
                dh.StoreUnsafe(ref hiddenAdjoint, k * BlockLanes + piece);
            }
            """);
    }

    private void WriteScaleGradient()
    {
        writer.Line(
            $"""

            // Gradient of the norm's scale and offset, for one place of the looped axis: dscale += mean n dm, doffset += dm.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void ScaleLoopGradient(
                ref float sums, ref float scaleSums, ref float offsetSums, ref float messageAdjoint, nuint stride, float scale{Parameter}, nuint firstEntry, nuint entries)
            """);
        using (writer.Body())
        using (writer.Block("for (nuint entry = 0; entry < entries; entry++)"))
        {
            writer.Line("var adjoint = Unsafe.Add(ref messageAdjoint, entry * stride);");
            writer.Line($"Unsafe.Add(ref offsetSums, (firstEntry + entry) * BlockLanes) += adjoint{Times("constant")};");
            using (writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {_w})"))
            {
                writer.Line("var at = (firstEntry + entry) * BlockLanes + piece;");
                writer.Line($"{dialect.Vector}.StoreUnsafe({dialect.MultiplyAdd(dialect.Broadcast("adjoint * scale"), dialect.Load("sums", "at"), dialect.Load("scaleSums", "at"))}, ref scaleSums, at);");
            }
        }
        writer.Line(
            $"""

            // The same for the 16 places of a block; lanes from `lanes` on do not count.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void ScaleLanesGradient(
                ref float sums, ref float scaleSums, ref float offsetSums, ref float messageAdjoint, nuint stride, float scale{Parameter}, float lanes, nuint firstEntry, nuint entries)
            """);
        using (writer.Body())
        using (writer.Block("for (nuint entry = 0; entry < entries; entry++)"))
        using (writer.Block($"for (nuint piece = 0; piece < BlockLanes; piece += {_w})"))
        {
            WriteCounted();
            writer.Line("var at = (firstEntry + entry) * BlockLanes + piece;");
            writer.Line($"({dialect.Load("offsetSums", "at")} + adjoint{Times(dialect.Broadcast("constant"))}).StoreUnsafe(ref offsetSums, at);");
            writer.Line($"{dialect.Vector}.StoreUnsafe({dialect.MultiplyAdd($"adjoint * {dialect.Broadcast("scale")}", dialect.Load("sums", "at"), dialect.Load("scaleSums", "at"))}, ref scaleSums, at);");
        }
    }

    private string LaneSum(string name) => dialect.Pieces switch
    {
        1 => $"LaneSums.Of({name}0)",
        2 => $"LaneSums.Of({name}0, {name}1)",
        _ => $"LaneSums.Of({name}0, {name}1, {name}2, {name}3)",
    };
}
