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
        using (writer.Block(""))
        using (writer.Block("for (var group = 0; group < packed.Length; group += GroupFloats)"))
        {
            writer.Line("var to = packed.Span.Slice(group, GroupFloats);");
            writer.Line("theta = PackRows(theta, MessageSize, to[ForwardInput..]);");
            writer.Line("theta = PackRows(theta, MessageSize, to[BackwardInput..]);");
            if (architecture.PositionFeatures) writer.Line("theta = PackRows(theta, 3, to[Position..]);");
            writer.Line("theta = PackRecurrent(theta, to[Recurrent..]);");
            writer.Line("theta = PackRows(theta, 1, to[Bias..]);");
            writer.Line("AddGateOffsets(to.Slice(Bias, Columns));");
            foreach (var messenger in new[] { "Forward", "Backward" })
            {
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
        writer.Line(
            """

            // sigmoid(x) = 1 / (1 + 2^(-x log2 e)) and tanh(x) = (1 - 2^(-2 x log2 e)) / (1 + ...): the factors go into the weights.
            private const float MinusLog2E = -1.442695041f;

            private static ReadOnlySpan<float> PackRows(ReadOnlySpan<float> theta, int rows, Span<float> to)
            {
                for (var row = 0; row < rows; row++, theta = theta[Columns..], to = to[Columns..])
                    for (var unit = 0; unit < StateSize; unit++)
                    {
                        to[unit] = theta[unit] * MinusLog2E;
                        to[StateSize + unit] = theta[StateSize + unit] * MinusTwoLog2E;
                        to[2 * StateSize + unit] = theta[2 * StateSize + unit] * MinusLog2E;
                        to[3 * StateSize + unit] = theta[3 * StateSize + unit] * MinusLog2E;
                    }
                return theta;
            }

            private static ReadOnlySpan<float> PackRecurrent(ReadOnlySpan<float> theta, Span<float> to)
            {
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
            }

            // sigmoid(i - 5) and sigmoid(f + 5).
            private static void AddGateOffsets(Span<float> bias)
            {
                for (var unit = 0; unit < StateSize; unit++)
                {
                    bias[unit] -= 5f * MinusLog2E;
                    bias[2 * StateSize + unit] += 5f * MinusLog2E;
                }
            }

            private static ReadOnlySpan<float> Take(ReadOnlySpan<float> theta, int count, Span<float> to)
            {
                theta[..count].CopyTo(to);
                return theta[count..];
            }
            """);
    }

    /// <summary>Initial cells are added when an episode begins, not in the sweeps.</summary>
    private static void WriteInitialCell(SourceWriter writer, NetworkPlan plan)
    {
        var forwardGroups = plan.Architecture.LayerwiseParameters ? plan.Layers.Count : 1;
        writer.Line($"if (group < {forwardGroups} * GroupFloats) theta = theta[StateSize..];");
    }
}
