using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>Writes what a convolution's turn and its reverse begin with: sizes, and what messages and positions add to the gates.</summary>
/// <param name="writer">Where to write.</param>
/// <param name="packed">Name of packed theta.</param>
internal sealed class ConvGeometryEmitter(SourceWriter writer, string packed)
{
    /// <summary>Writes the sizes as constants.</summary>
    /// <param name="turn">The turn.</param>
    public void WriteSizes(CpuTurn turn)
    {
        var conv = turn.Plan.Layer.Geometry!;
        writer.Line(
            $"""
            const int height = {conv.Height}, width = {conv.Width}, channels = {conv.Channels}, outputChannels = {conv.OutputChannels};
            const int rows = {conv.Rows}, columns = {conv.Columns}, positions = rows * columns;
            const int kernel = {conv.Kernel}, stride = {conv.Stride}, border = (kernel - 1) / 2;
            const int paddedHeight = height + 2 * border, paddedWidth = width + 2 * border;
            // From one output column to the next, and from the end of an output row to the next row, in places of the padded input.
            const int columnStep = stride, rowStep = stride * (paddedWidth - columns);
            """);
    }

    /// <summary>Writes what backward messages add to the gates at all output positions.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="messages">The floats of the messages.</param>
    public void WriteOutputGates(CpuTurn turn, string messages)
    {
        var side = turn.Outputs;
        writer.Line($"ref var backward = ref Unsafe.Add(ref {messages}.First, example * {side.ReadFloats});");
        using var channel = writer.Block("for (nuint outputChannel = 0; outputChannel < outputChannels; outputChannel++)");
        using var position = writer.Block("for (nuint position = 0; position < positions; position++)");
        writer.Line(
            $"""
            ProjectPlace(
                ref Unsafe.Add(ref {packed}, EntryBackwardInput), ref Unsafe.Add(ref backward, position * outputChannels + outputChannel), {side.Stride}, {side.Reads.Entries},
                ref Unsafe.Add(ref outputGates, (outputChannel * positions + position) * EntryGateFloats));
            """);
    }

    /// <summary>Writes what forward messages of a channel add to the gates at all input positions, in a border of zeros.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="messages">The floats of the messages.</param>
    public void WriteInputGates(CpuTurn turn, string messages)
    {
        var side = turn.Inputs;
        writer.Line($"ref var received = ref Unsafe.Add(ref {messages}.First, example * {side.ReadFloats} + channel);");
        if (turn.Plan.Layer.Geometry!.Border > 0)
            writer.Line("MemoryMarshal.CreateSpan(ref inputGates, paddedHeight * paddedWidth * EntryGateFloats).Clear();");
        using var row = writer.Block("for (nuint row = 0; row < height; row++)");
        using var column = writer.Block("for (nuint column = 0; column < width; column++)");
        writer.Line(
            $"""
            ProjectPlace(
                ref Unsafe.Add(ref {packed}, EntryForwardInput), ref Unsafe.Add(ref received, (row * width + column) * channels), {side.Stride}, {side.Reads.Entries},
                ref Unsafe.Add(ref inputGates, ((row + border) * paddedWidth + column + border) * EntryGateFloats));
            """);
    }

    /// <summary>Writes what the gates of a sub-RNN start from.</summary>
    /// <param name="turn">The turn.</param>
    /// <returns>The argument that names it.</returns>
    public string WriteStart(CpuTurn turn)
    {
        var bias = $"ref Unsafe.Add(ref {packed}, EntryBias)";
        if (turn.Plan.Layer.Positions is not { } features) return bias;
        writer.Line($"AddPositionFeatures({bias}, ref Unsafe.Add(ref {packed}, EntryPosition), {Features(features)}, ref startGates);");
        return "ref startGates";
    }

    /// <summary>The position features of a sub-RNN, as arguments: index / last, or 0 for one alone.</summary>
    /// <param name="features">The features.</param>
    public static string Features(PositionFeatures features) =>
        $"{Feature("channel", "channels")}, {Feature("outputChannel", "outputChannels")}, {CpuWords.LayerFeature(features)}";

    private static string Feature(string index, string count) => $"{count} > 1 ? (float){index} / ({count} - 1) : 0f";
}
