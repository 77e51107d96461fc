using System.Linq;
using Vsml.Generators.Planning.Ilgpu;

namespace Vsml.Generators.Emission.Ilgpu;

/// <summary>Emits what sub-RNNs send: h W, and with message layer norm its normalisation.</summary>
internal static class SendEmitter
{
    /// <summary>Writes the methods.</summary>
    public static void Write(SourceWriter writer, IlgpuPlan plan, StateText state)
    {
        var everything = plan.Turns.Any(turn => turn.ToLanes.Extent == DeviceExtent.Everything || turn.ToLoops.Extent == DeviceExtent.Everything);
        if (plan.Network.Architecture.MessageLayerNorm) WriteNormalised(writer, plan, state, everything);
        else if (everything) WritePlain(writer, state);
    }

    private static void WritePlain(SourceWriter writer, StateText state)
    {
        writer.Line("/// <summary>Puts h W where it will be summed; the messenger's bias is added to the sum.</summary>");
        writer.Line($"private static void Send(ArrayView<Quad> scratch, int at, int nextPart, int nextLoop, ArrayView<Quad> theta, Sent sent, {state.Parameters})");
        using (writer.Body())
            writer.Line($"for (var part = 0; part < MessageQuads; part++) {state.Quad}.Store(scratch, at + part * nextPart, nextLoop, AddMessage(default, theta, sent.Weights + part, {state.Arguments}));");
        writer.Line();
    }

    private static void WriteNormalised(SourceWriter writer, IlgpuPlan plan, StateText state, bool everything)
    {
        var (entries, output) = (plan.Network.Architecture.MessageSize, plan.Network.Output.Entry);
        if (everything)
        {
            writer.Line("/// <summary>Puts the normalised message of h where it will be summed; scale and offset come after the sum.</summary>");
            writer.Line($"private static void Send(ArrayView<Quad> scratch, int at, int nextPart, int nextLoop, ArrayView<Quad> theta, Sent sent, {state.Parameters})");
            using (writer.Body())
            {
                writer.Line($"var mean = MeanOf(theta, sent, {state.Arguments});");
                writer.Line($"var scale = InverseDeviationOf(mean, theta, sent, {state.Arguments});");
                writer.Line("for (var part = 0; part < MessageQuads; part++)");
                using (writer.Indent()) writer.Line($"{state.Quad}.Store(scratch, at + part * nextPart, nextLoop, Centred(part, mean, theta, sent, {state.Arguments}) * scale);");
            }
            writer.Line();
        }
        writer.Line("/// <summary>The output entry of the normalised message of h.</summary>");
        writer.Line($"private static {state.Number} NormalisedOutputOf(ArrayView<Quad> theta, Sent sent, {state.Parameters})");
        using (writer.Body())
        {
            writer.Line($"var mean = MeanOf(theta, sent, {state.Arguments});");
            writer.Line($"var entry = OutputOf(theta, sent.Weights, {state.Arguments}) + Quad.At(theta[sent.Bias + {output / 4}], {output % 4});");
            writer.Line($"return (entry - mean) * InverseDeviationOf(mean, theta, sent, {state.Arguments});");
        }
        writer.Line();
        WriteMoments(writer, plan, state, entries);
    }

    private static void WriteMoments(SourceWriter writer, IlgpuPlan plan, StateText state, int entries)
    {
        writer.Line("/// <summary>The mean over the entries of h W + b.</summary>");
        writer.Line($"private static {state.Number} MeanOf(ArrayView<Quad> theta, Sent sent, {state.Parameters})");
        using (writer.Body())
        {
            writer.Line($"var sum = default({state.Number});");
            writer.Line($"for (var part = 0; part < MessageQuads; part++) sum += {state.Quad}.Sum(Part(part, theta, sent, {state.Arguments}));");
            writer.Line($"return sum * (1f / {entries});");
        }
        writer.Line();
        writer.Line("/// <summary>1 / sqrt(variance + epsilon).</summary>");
        writer.Line($"private static {state.Number} InverseDeviationOf({state.Number} mean, ArrayView<Quad> theta, Sent sent, {state.Parameters})");
        using (writer.Body())
        {
            writer.Line($"var sum = default({state.Number});");
            using (writer.Block("for (var part = 0; part < MessageQuads; part++)"))
                writer.Line(
                    $"""
                    var centred = Centred(part, mean, theta, sent, {state.Arguments});
                    sum += {state.Quad}.Sum(centred * centred);
                    """);
            writer.Line($"return {state.Quad}.InverseRoot(sum * (1f / {entries}) + {Planning.ThetaPlan.NormEpsilon});");
        }
        writer.Line();
        writer.Line("/// <summary>Four entries of h W + b, less the mean over all.</summary>");
        writer.Line($"private static {state.Quad} Centred(int part, {state.Number} mean, ArrayView<Quad> theta, Sent sent, {state.Parameters})");
        using (writer.Body())
            writer.Line(plan.MessageQuads * 4 == entries
                ? $"return Part(part, theta, sent, {state.Arguments}) - mean;"
                : $"return {state.Quad}.Leading(Part(part, theta, sent, {state.Arguments}) - mean, {CodeText.Literal(entries)} - 4 * part);");
        writer.Line();
        writer.Line("/// <summary>Four entries of h W + b.</summary>");
        writer.Line($"private static {state.Quad} Part(int part, ArrayView<Quad> theta, Sent sent, {state.Parameters})");
        using (writer.Body()) writer.Line($"return AddMessage(default, theta, sent.Weights + part, {state.Arguments}) + theta[sent.Bias + part];");
        writer.Line();
    }
}
