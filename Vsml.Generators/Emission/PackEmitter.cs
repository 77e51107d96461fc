using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>Writes the method that rearranges theta for the sweeps; the same text at every SIMD level.</summary>
internal static class PackEmitter
{
    /// <summary>Writes the method.</summary>
    public static void Write(SourceWriter writer, NetworkPlan plan)
    {
        var architecture = plan.Architecture;
        var (n, m) = (architecture.StateSize, architecture.MessageSize);
        writer.Line(
            """

            /// <inheritdoc/>
            public override void Pack(ReadOnlySpan<float> theta, AlignedFloats packed)
            """);
        using (writer.Body())
        using (writer.Block("for (var group = 0; group < packed.Length; group += GroupFloats)"))
        {
            writer.Line("var to = packed.Span.Slice(group, GroupFloats);");
            Rows("MessageSize", "ForwardInput");
            Rows("MessageSize", "BackwardInput");
            if (architecture.PositionFeatures) Rows("3", "Position");
            writer.Line("PackRows(theta, StateSize, PaddedEntries, to[EntryRecurrent..]);");
            writer.Line("theta = PackRecurrent(theta, to[Recurrent..]);");
            Rows("1", "Bias");
            writer.Line("AddGateOffsets(to[Bias..], StateSize);");
            writer.Line("AddGateOffsets(to[EntryBias..], PaddedEntries);");
            foreach (var messenger in new[] { "Forward", "Backward" })
            {
                writer.Line($"PackMessenger(theta, StateSize, to[Entry{messenger}Weights..]);");
                writer.Line($"PackMessenger(theta[(StateSize * MessageSize)..], 1, to[Entry{messenger}Bias..]);");
                writer.Line($"theta = Take(theta, StateSize * MessageSize, to[{messenger}MessengerWeights..]);");
                writer.Line($"theta = Take(theta, MessageSize, to[{messenger}MessengerBias..]);");
            }
            if (architecture.MessageLayerNorm)
                foreach (var messenger in new[] { "Forward", "Backward" })
                {
                    writer.Line($"theta = Take(theta, MessageSize, to[{messenger}MessengerScale..]);");
                    writer.Line($"theta = Take(theta, MessageSize, to[{messenger}MessengerOffset..]);");
                }
            if (architecture.LearnedInitialCell) WriteInitialCell(writer, plan);
        }
        WritePackMessenger(writer, architecture);
        WriteRows(writer);

        // For lanes over entries, then without padding.
        void Rows(string rows, string to)
        {
            writer.Line($"PackRows(theta, {rows}, PaddedEntries, to[Entry{to}..]);");
            writer.Line($"theta = PackRows(theta, {rows}, StateSize, to[{to}..]);");
        }
    }

    private static void WriteRows(SourceWriter writer)
    {
        writer.Line(
            """

            // sigmoid(x) = 1 / (1 + 2^(-x log2 e)) and tanh(x) = (1 - 2^(-2 x log2 e)) / (1 + ...): the factors go into the weights.
            private const float MinusLog2E = -1.442695041f;
            """);
        writer.Method(
            """

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static ReadOnlySpan<float> PackRows(ReadOnlySpan<float> theta, int rows, int entries, Span<float> to)
            """,
            """
            for (var row = 0; row < rows; row++, theta = theta[Columns..], to = to[(4 * entries)..])
                for (var unit = 0; unit < StateSize; unit++)
                {
                    to[unit] = theta[unit] * MinusLog2E;
                    to[entries + unit] = theta[StateSize + unit] * MinusTwoLog2E;
                    to[2 * entries + unit] = theta[2 * StateSize + unit] * MinusLog2E;
                    to[3 * entries + unit] = theta[3 * StateSize + unit] * MinusLog2E;
                }
            return theta;
            """);
        writer.Method(
            """

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private static ReadOnlySpan<float> PackRecurrent(ReadOnlySpan<float> theta, Span<float> to)
            """,
            """
            for (var k = 0; k < StateSize; k++, theta = theta[Columns..])
                for (var unit = 0; unit < StateSize; unit++)
                {
                    var gates = to.Slice((unit * StateSize + k) * 4, 4);
                    gates[0] = theta[unit] * MinusLog2E;
                    gates[1] = theta[StateSize + unit] * MinusTwoLog2E;
                    gates[2] = theta[2 * StateSize + unit] * MinusLog2E;
                    gates[3] = theta[3 * StateSize + unit] * MinusLog2E;
                }
            return theta;
            """);
        writer.Method(
            """

            // sigmoid(i - 5) and sigmoid(f + 5).
            private static void AddGateOffsets(Span<float> bias, int entries)
            """,
            """
            for (var unit = 0; unit < StateSize; unit++)
            {
                bias[unit] -= 5f * MinusLog2E;
                bias[2 * entries + unit] += 5f * MinusLog2E;
            }
            """);
        writer.Method(
            """

            private static ReadOnlySpan<float> Take(ReadOnlySpan<float> theta, int count, Span<float> to)
            """,
            """
            theta[..count].CopyTo(to);
            return theta[count..];
            """);
    }

    private static void WritePackMessenger(SourceWriter writer, Architecture architecture)
    {
        writer.Line(
            architecture.MessageLayerNorm
                ? """

                  // Rows of padded entries, each less its mean: messages made with them have the mean zero that layer norm asks for.
                  """
                : """

                  // Rows of padded entries.
                  """);
        writer.Line("private static void PackMessenger(ReadOnlySpan<float> theta, int rows, Span<float> to)");
        using var body = writer.Body();
        using var loop = writer.Block("for (var row = 0; row < rows; row++, theta = theta[MessageSize..], to = to[PaddedMessage..])");
        if (!architecture.MessageLayerNorm)
        {
            writer.Line("theta[..MessageSize].CopyTo(to);");
            return;
        }
        writer.Line(
            """
            var mean = 0f;
            for (var entry = 0; entry < MessageSize; entry++) mean += theta[entry];
            mean /= MessageSize;
            for (var entry = 0; entry < MessageSize; entry++) to[entry] = theta[entry] - mean;
            """);
    }

    /// <summary>Initial cells are added when an episode begins, not in the sweeps.</summary>
    private static void WriteInitialCell(SourceWriter writer, NetworkPlan plan)
    {
        var forwardGroups = plan.Architecture.LayerwiseParameters ? plan.Layers.Count : 1;
        writer.Line($"if (group < {forwardGroups} * GroupFloats) theta = theta[StateSize..];");
    }
}
