using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Writes the reverse of what stands around the micro tick of a convolution: incoming and outgoing messages, transposed weights,
/// and how the turn's gradients of theta join those of the episode.
/// </summary>
internal sealed class ConvAdjointMessageEmitter(SourceWriter writer, SimdDialect dialect, CpuPlan plan)
{
    private static readonly string[] Gates = ["i", "g", "f", "o"];

    private readonly bool _norm = plan.Normalises;
    private readonly int _w = dialect.Width;
    private readonly SimdDialect _messages = dialect.NoWiderThan(CpuTheta.PaddedMessage(plan.MessageSize));

    /// <summary>Writes all methods that the plan needs.</summary>
    public void Write()
    {
        writer.Line(
            """

            // A messenger's gradient: weights, then bias, scale and offset.
            private const int MessengerBiasGradient = PaddedMessage * PaddedEntries, MessengerScaleGradient = MessengerBiasGradient + PaddedMessage;
            private const int MessengerOffsetGradient = MessengerScaleGradient + PaddedMessage;
            """);
        WriteTransposed();
        WriteInputGradient();
        WritePlaceAdjoint();
        if (_norm) WriteScaled();
        else WriteSpread();
        WriteRowsGradient();
        WriteMessengerToTheta();
    }

    private void WriteTransposed()
    {
        writer.Line(
            $"""

            // Gates of an entry lie together in vectors: the index of one within EntryGateFloats.
            private static nuint GateIndex(nuint gate, nuint unit) => unchecked((unit / {_w} * 4 + gate) * {_w} + unit % {_w});
            """);
        writer.Method(
            """

            // Rows [count][gate][unit] of theta as columns [gate of an entry][lanes], the rest zero.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void TransposeRows(ref float rows, nuint count, nuint lanes, ref float columns)
            """,
            """
            MemoryMarshal.CreateSpan(ref columns, EntryGateFloats * (int)lanes).Clear();
            for (nuint row = 0; row < count; row++)
                for (nuint gate = 0; gate < 4; gate++)
                    for (nuint unit = 0; unit < StateSize; unit++)
                        Unsafe.Add(ref columns, GateIndex(gate, unit) * lanes + row) = Unsafe.Add(ref rows, (row * 4 + gate) * StateSize + unit);
            """);
        writer.Method(
            """

            // A messenger [k][padded entry] as [entry][k], the rest zero.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void TransposeMessenger(ref float weights, ref float messenger)
            """,
            """
            MemoryMarshal.CreateSpan(ref messenger, PaddedMessage * PaddedEntries).Clear();
            for (nuint k = 0; k < StateSize; k++)
                for (nuint entry = 0; entry < MessageSize; entry++)
                    Unsafe.Add(ref messenger, entry * PaddedEntries + k) = Unsafe.Add(ref weights, k * PaddedMessage + entry);
            """);
    }

    private void WriteInputGradient()
    {
        writer.Line(
            """

            // Gradient of the weights of incoming messages, over places in a row: dW [entry][gates] += message dz.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void AddInputGradient(
                ref float message, nuint messageStep, nuint stride, nuint channels, ref float gateAdjoint, nuint places, ref float gradient)
            """);
        using var body = writer.Body();
        using var pieces = writer.Block($"for (nuint piece = 0; piece < EntryGateFloats; piece += {4 * _w})");
        var tile = dialect.UnitTile > 1 ? 4 : 2;
        writer.Line("nuint channel = 0;");
        using (writer.Block($"for (; channel + {tile} <= channels; channel += {tile})")) Tile(tile);
        using (writer.Block("for (; channel < channels; channel++)")) Tile(1);

        void Tile(int entries)
        {
            writer.Line("ref var dz = ref Unsafe.Add(ref gateAdjoint, piece);");
            writer.Line("ref var value = ref Unsafe.Add(ref message, channel * stride);");
            for (var e = 0; e < entries; e++)
                for (var gate = 0; gate < 4; gate++)
                    writer.Line($"var {Gates[gate]}{e} = {dialect.Load("gradient", At(e, gate))};");
            using (writer.Block("for (nuint place = 0; place < places; place++)"))
            {
                for (var gate = 0; gate < 4; gate++) writer.Line($"var {Gates[gate]}Adjoint = {dialect.Load("dz", CodeText.Literal(gate * _w))};");
                for (var e = 0; e < entries; e++)
                {
                    writer.Line($"var value{e} = {dialect.Broadcast(e == 0 ? "value" : $"Unsafe.Add(ref value, {CodeText.Literal(e)} * stride)")};");
                    foreach (var gate in Gates)
                        writer.Line($"{gate}{e} = {dialect.MultiplyAdd($"value{CodeText.Literal(e)}", $"{gate}Adjoint", $"{gate}{CodeText.Literal(e)}")};");
                }
                writer.Line("dz = ref Unsafe.Add(ref dz, EntryGateFloats);");
                writer.Line("value = ref Unsafe.Add(ref value, messageStep);");
            }
            for (var e = 0; e < entries; e++)
                for (var gate = 0; gate < 4; gate++)
                    writer.Line($"{Gates[gate]}{e}.StoreUnsafe(ref gradient, {At(e, gate)});");
        }

        string At(int entry, int gate) => $"(channel + {CodeText.Literal(entry)}) * EntryGateFloats + piece + {CodeText.Literal(gate * _w)}";
    }

    private void WritePlaceAdjoint()
    {
        writer.Line(
            """

            // Reverse of ProjectPlace: gradient of the message of one place += W dz.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void PlaceAdjoint(ref float columns, ref float gateAdjoint, nuint channels, ref float made, ref float messageAdjoint, nuint stride)
            """);
        using var body = writer.Body();
        using (writer.Block($"for (nuint lane = 0; lane < PaddedMessage; lane += {_messages.Width})"))
            ConvAdjointTickEmitter.WriteColumnProduct(writer, _messages, "columns", "PaddedMessage", "lane", sum => $"({sum}).StoreUnsafe(ref made, lane);");
        writer.Line(
            """
            for (nuint entry = 0; entry < channels; entry++)
                Unsafe.Add(ref messageAdjoint, entry * stride) += Unsafe.Add(ref made, entry);
            """);
    }

    private void WriteScaled()
    {
        writer.Method(
            """

            // Gradient of each normalised message that the message of a place is the mean of.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void ScalePlace(ref float scale, ref float messageAdjoint, nuint stride, float share, ref float spread)
            """,
            """
            for (nuint entry = 0; entry < MessageSize; entry++)
                Unsafe.Add(ref spread, entry) = Unsafe.Add(ref scale, entry) * Unsafe.Add(ref messageAdjoint, entry * stride) * share;
            for (nuint entry = MessageSize; entry < PaddedMessage; entry++) Unsafe.Add(ref spread, entry) = 0f;
            """);
        writer.Method(
            """

            // Gradient of the norm's scale and offset from the message of a place.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void SendPlaceAdjoint(ref float sums, ref float messageAdjoint, nuint stride, float share, float readers, ref float gradient)
            """,
            """
            for (nuint entry = 0; entry < MessageSize; entry++)
            {
                var adjoint = Unsafe.Add(ref messageAdjoint, entry * stride);
                Unsafe.Add(ref gradient, MessengerScaleGradient + entry) += adjoint * share * Unsafe.Add(ref sums, entry);
                Unsafe.Add(ref gradient, MessengerOffsetGradient + entry) += adjoint * readers;
            }
            """);
    }

    private void WriteSpread()
    {
        writer.Line(
            """

            // What the message of a place gives back to each h that it is the mean of.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void SpreadPlace(ref float messenger, ref float messageAdjoint, nuint stride, float share, ref float spread)
            """);
        using (writer.Body())
        using (writer.Block($"for (nuint lane = 0; lane < EntryLanes; lane += {_w})"))
        {
            writer.Line($"var sum = {dialect.Floats}.Zero;");
            writer.Line("for (nuint entry = 0; entry < MessageSize; entry++)");
            using (writer.Indent())
                writer.Line($"sum = {dialect.MultiplyAdd(dialect.Broadcast("Unsafe.Add(ref messageAdjoint, entry * stride)"), dialect.Load("messenger", "entry * PaddedEntries + lane"), "sum")};");
            writer.Line($"(sum * {dialect.Broadcast("share")}).StoreUnsafe(ref spread, lane);");
        }
        writer.Line(
            """

            // Adds what lies at the places that a sub-RNN meets at its positions.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void AddFromPlaces(ref float from, nuint positions, nuint columns, nuint columnStep, nuint rowStep, ref float hiddenAt)
            """);
        using (writer.Body())
        {
            writer.Line("nuint column = 0;");
            using var loop = writer.Block("for (nuint position = 0; position < positions; position++)");
            for (var lane = 0; lane < ConvTickEmitter.Lanes(dialect, plan.StateSize); lane += _w)
                writer.Line($"({dialect.Load("hiddenAt", CodeText.Literal(lane))} + {dialect.Load("from", CodeText.Literal(lane))}).StoreUnsafe(ref hiddenAt, {lane});");
            writer.Line(
                """
                hiddenAt = ref Unsafe.Add(ref hiddenAt, PaddedEntries);
                from = ref Unsafe.Add(ref from, columnStep * PlaceSums);
                if (++column == columns)
                {
                    column = 0;
                    from = ref Unsafe.Add(ref from, rowStep * PlaceSums);
                }
                """);
        }
        writer.Line(
            """

            // Gradient of a messenger from the message of a place: dW [entry][k] += mean h dm, db += dm.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void SendPlaceAdjoint(ref float sums, ref float messageAdjoint, nuint stride, float share, float readers, ref float gradient)
            """);
        using (writer.Body())
        using (writer.Block("for (nuint entry = 0; entry < MessageSize; entry++)"))
        {
            writer.Line("var adjoint = Unsafe.Add(ref messageAdjoint, entry * stride);");
            writer.Line("Unsafe.Add(ref gradient, MessengerBiasGradient + entry) += adjoint * readers;");
            writer.Line($"var scaled = {dialect.Broadcast("adjoint * share")};");
            using var lanes = writer.Block($"for (nuint lane = 0; lane < EntryLanes; lane += {_w})");
            writer.Line($"{dialect.Vector}.StoreUnsafe({dialect.MultiplyAdd("scaled", dialect.Load("sums", "lane"), dialect.Load("gradient", "entry * PaddedEntries + lane"))}, ref gradient, entry * PaddedEntries + lane);");
        }
    }

    private void WriteRowsGradient() => writer.Method(
        """

        // The turn's gradients of rows join the first of the episode's 16 partial sums.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void AddRowsGradient(ref float rows, nuint count, ref float gradient)
        """,
        """
        for (nuint row = 0; row < count; row++)
            for (nuint gate = 0; gate < 4; gate++)
                for (nuint unit = 0; unit < StateSize; unit++)
                    Unsafe.Add(ref gradient, ((row * 4 + gate) * StateSize + unit) * BlockLanes) += Unsafe.Add(ref rows, row * EntryGateFloats + GateIndex(gate, unit));
        """);

    private void WriteMessengerToTheta()
    {
        if (!_norm)
        {
            writer.Method(
                """

                [MethodImpl(MethodImplOptions.AggressiveOptimization)]
                private static void AddMessengerToTheta(ref float from, ref float weights, ref float bias)
                """,
                """
                for (nuint entry = 0; entry < MessageSize; entry++)
                {
                    Unsafe.Add(ref bias, entry * BlockLanes) += Unsafe.Add(ref from, MessengerBiasGradient + entry);
                    for (nuint k = 0; k < StateSize; k++)
                        Unsafe.Add(ref weights, (k * MessageSize + entry) * BlockLanes) += Unsafe.Add(ref from, entry * PaddedEntries + k);
                }
                """);
            return;
        }
        writer.Method(
            """

            // The norm takes the mean off each row of the messenger, so its reverse does.
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void AddMessengerToTheta(ref float from, ref float weights, ref float bias, ref float scale, ref float offset)
            """,
            """
            for (nuint k = 0; k < StateSize; k++)
                AddCentred(ref Unsafe.Add(ref from, k * PaddedMessage), ref Unsafe.Add(ref weights, k * MessageSize * BlockLanes));
            AddCentred(ref Unsafe.Add(ref from, MessengerBiasGradient), ref bias);
            for (nuint entry = 0; entry < MessageSize; entry++)
            {
                Unsafe.Add(ref scale, entry * BlockLanes) += Unsafe.Add(ref from, MessengerScaleGradient + entry);
                Unsafe.Add(ref offset, entry * BlockLanes) += Unsafe.Add(ref from, MessengerOffsetGradient + entry);
            }
            """);
        writer.Method(
            """

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static void AddCentred(ref float row, ref float gradient)
            """,
            """
            var mean = 0f;
            for (nuint entry = 0; entry < MessageSize; entry++) mean += Unsafe.Add(ref row, entry);
            mean /= MessageSize;
            for (nuint entry = 0; entry < MessageSize; entry++)
                Unsafe.Add(ref gradient, entry * BlockLanes) += Unsafe.Add(ref row, entry) - mean;
            """);
    }
}
