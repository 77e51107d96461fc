using Vsml.Generators.Planning.Ilgpu;

namespace Vsml.Generators.Emission.Ilgpu;

/// <summary>Emits how the gradient of what a sub-RNN sends goes back to its h.</summary>
internal static class SendReverseEmitter
{
    /// <summary>Writes the method.</summary>
    public static void Write(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        var (normalises, output) = (plan.Network.Architecture.MessageLayerNorm, plan.Network.Output.Entry);
        writer.Line();
        writer.Line(normalises
            ? """
            /// <summary>
            /// With y = h W + b, n = (y - mean) / deviation and the term n scale + offset: dn = term' scale, dy = (dn - mean dn - n mean(n dn)) / deviation.
            /// Of each item dy, the term's gradient and its product with n are left for the sums; dh = dy W is added.
            /// </summary>
            """
            : "/// <summary>The gradients of the terms h W + b are left for the sums; dh = dy W is added.</summary>");
        writer.Line($"private static void ReverseSend(AdjointExample example, int terms, int items, ArrayView<Quad> theta, Sent sent, int place, int next, ArrayView<Quad> target, int gradient, int nextQuad, int nextState, {state.Parameters})");
        using (writer.Body())
        {
            writer.Line("var scratch = example.Values.Scratch;");
            if (normalises) WriteNormalised(writer, plan, state, output);
            else
                writer.Line($"for (var part = 0; part < MessageQuads; part++) Quads.Store(scratch, terms + part * items, 32, {Term(output)});");
            using (writer.Block("for (var quad = 0; quad < StateQuads; quad++, gradient += nextQuad)"))
                writer.Line(
                    """
                    var h = Quads.Load(target, gradient, nextState);
                    for (var part = 0; part < MessageQuads; part++)
                        h = Quads.AddProducts(h, theta, sent.Weights + 4 * quad * MessageQuads + part, MessageQuads, Quads.Load(scratch, terms + part * items, 32));
                    Quads.Store(target, gradient, nextState, h);
                    """);
        }
    }

    private static void WriteNormalised(SourceWriter writer, IlgpuPlan plan, StateText state, int output)
    {
        writer.Line(
            $"""
            var mean = MeanOf(theta, sent, {state.Arguments});
            var scale = InverseDeviationOf(mean, theta, sent, {state.Arguments});
            var (sum, along) = (default(Floats), default(Floats));
            """);
        using (writer.Block("for (var part = 0; part < MessageQuads; part++)"))
            writer.Line(
                $"""
                var n = Centred(part, mean, theta, sent, {state.Arguments}) * scale;
                var term = {Term(output)};
                Quads.Store(scratch, terms + (MessageQuads + part) * items, 32, term);
                Quads.Store(scratch, terms + (2 * MessageQuads + part) * items, 32, term * n);
                var d = term * theta[sent.Scale + part];
                sum += Quads.Sum(d);
                along += Quads.Sum(d * n);
                """);
        writer.Line($"(sum, along) = (sum * (1f / {CodeText.Literal(plan.Network.Architecture.MessageSize)}), along * (-1f / {CodeText.Literal(plan.Network.Architecture.MessageSize)}));");
        using (writer.Block("for (var part = 0; part < MessageQuads; part++)"))
            writer.Line(
                $"""
                var n = Centred(part, mean, theta, sent, {state.Arguments}) * scale;
                var d = Quads.Load(scratch, terms + (MessageQuads + part) * items, 32) * theta[sent.Scale + part];
                Quads.Store(scratch, terms + part * items, 32, (d - sum + n * along) * scale);
                """);
    }

    private static string Term(int output) =>
        $"Quads.Of(example.Term(sent, place, part, {CodeText.Literal(output)}), example.Term(sent, place + next, part, {CodeText.Literal(output)}))";
}
