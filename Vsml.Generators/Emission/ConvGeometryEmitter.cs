using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>Writes what a convolution's turn and its reverse begin with: sizes, and what messages and positions add to the gates.</summary>
/// <param name="writer">Where to write.</param>
/// <param name="plan">The network.</param>
/// <param name="packed">Name of packed theta.</param>
internal sealed class ConvGeometryEmitter(SourceWriter writer, NetworkPlan plan, string packed)
{
    /// <summary>Writes the sizes as constants.</summary>
    /// <param name="turn">The turn.</param>
    public void WriteSizes(TurnPlan turn)
    {
        var conv = (ConvLayerSpec)turn.Layer.Spec;
        writer.Line(
            $"""
            const int height = {conv.Height}, width = {conv.Width}, channels = {conv.Channels}, outputChannels = {conv.OutputChannels};
            const int rows = {conv.OutputHeight}, columns = {conv.OutputWidth}, positions = rows * columns;
            const int kernel = {conv.Kernel}, stride = {conv.Stride}, border = (kernel - 1) / 2;
            const int paddedHeight = height + 2 * border, paddedWidth = width + 2 * border;
            // From one output column to the next, and from the end of an output row to the next row, in places of the padded input.
            const int columnStep = stride, rowStep = stride * (paddedWidth - columns);
            """);
    }

    /// <summary>Writes what backward messages add to the gates at all output positions.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="messages">The floats of the messages.</param>
    public void WriteOutputGates(TurnPlan turn, string messages)
    {
        var stride = LayerPlan.Pad(turn.Layer.Spec.Outputs);
        writer.Line($"ref var backward = ref Unsafe.Add(ref {messages}.First, example * {plan.BackwardChannels(turn.Layer.Index + 1) * stride});");
        using var channel = writer.Block("for (nuint outputChannel = 0; outputChannel < outputChannels; outputChannel++)");
        using var position = writer.Block("for (nuint position = 0; position < positions; position++)");
        writer.Line(
            $"""
            ProjectPlace(
                ref Unsafe.Add(ref {packed}, EntryBackwardInput), ref Unsafe.Add(ref backward, position * outputChannels + outputChannel), {stride}, {turn.BackwardChannels},
                ref Unsafe.Add(ref outputGates, (outputChannel * positions + position) * EntryGateFloats));
            """);
    }

    /// <summary>Writes what forward messages of a channel add to the gates at all input positions, in a border of zeros.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="messages">The floats of the messages.</param>
    public void WriteInputGates(TurnPlan turn, string messages)
    {
        var stride = LayerPlan.Pad(turn.Layer.Spec.Inputs);
        writer.Line($"ref var received = ref Unsafe.Add(ref {messages}.First, example * {plan.ForwardChannels(turn.Layer.Index) * stride} + channel);");
        if (((ConvLayerSpec)turn.Layer.Spec).Kernel > 1)
            writer.Line("MemoryMarshal.CreateSpan(ref inputGates, paddedHeight * paddedWidth * EntryGateFloats).Clear();");
        using var row = writer.Block("for (nuint row = 0; row < height; row++)");
        using var column = writer.Block("for (nuint column = 0; column < width; column++)");
        writer.Line(
            $"""
            ProjectPlace(
                ref Unsafe.Add(ref {packed}, EntryForwardInput), ref Unsafe.Add(ref received, (row * width + column) * channels), {stride}, {turn.ForwardChannels},
                ref Unsafe.Add(ref inputGates, ((row + border) * paddedWidth + column + border) * EntryGateFloats));
            """);
    }

    /// <summary>Writes what the gates of a sub-RNN start from.</summary>
    /// <param name="turn">The turn.</param>
    /// <returns>The argument that names it.</returns>
    public string WriteStart(TurnPlan turn)
    {
        var bias = $"ref Unsafe.Add(ref {packed}, EntryBias)";
        if (!plan.Architecture.PositionFeatures) return bias;
        writer.Line($"AddPositionFeatures({bias}, ref Unsafe.Add(ref {packed}, EntryPosition), {Feature("channel", "channels")}, {Feature("outputChannel", "outputChannels")}, {LayerFeature(turn)}, ref startGates);");
        return "ref startGates";
    }

    /// <summary>The position feature of a channel: index / last, or 0 for one alone.</summary>
    /// <param name="index">Name of the index.</param>
    /// <param name="count">Name of the number of channels.</param>
    public static string Feature(string index, string count) => $"{count} > 1 ? (float){index} / ({count} - 1) : 0f";

    /// <summary>The position feature of the layer.</summary>
    /// <param name="turn">The turn.</param>
    public string LayerFeature(TurnPlan turn) =>
        plan.Layers.Count > 1 ? $"{CodeText.Literal(turn.Layer.Index)}f / {CodeText.Literal(plan.Layers.Count - 1)}f" : "0f";
}
