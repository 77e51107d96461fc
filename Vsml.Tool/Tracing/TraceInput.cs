using Vsml.Files;

namespace Vsml.Tool.Tracing;

/// <summary>Everything that an episode is given.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Length">T, the number of examples.</param>
/// <param name="Batch">Examples that share a tick.</param>
/// <param name="Inputs">[T, batch, A]; images as [row, column, channel].</param>
/// <param name="Labels">[T, batch, B].</param>
/// <param name="Theta">Flat meta-parameters in the order of <see cref="ParameterLayout"/>.</param>
/// <param name="Cells">Initial cells per layer, [batch, A, B, N] or [batch, k, k, channels in, channels out, N].</param>
internal sealed record TraceInput<T>(int Length, int Batch, T[] Inputs, T[] Labels, T[] Theta, T[][] Cells)
{
    /// <summary>Takes an episode out of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="architecture">The network.</param>
    /// <param name="read">Reads a tensor of a given shape, -1 for any extent.</param>
    /// <exception cref="VsmlException">A tensor is missing, or has another shape than the architecture or the other tensors say.</exception>
    public static TraceInput<T> Read(SafetensorsFile file, Architecture architecture, Func<string, int[], T[]> read)
    {
        int[] inputShape = architecture.Layers[0] is ConvLayerSpec conv ? [conv.Height, conv.Width, conv.Channels] : [architecture.InputSize];
        var inputs = read("inputs", [-1, -1, .. inputShape]);
        var (length, batch) = (file.Get("inputs").Shape[0], file.Get("inputs").Shape[1]);
        if (length == 0 || batch == 0) throw new VsmlException($"Tensor 'inputs' of '{file.Path}' has no examples; its shape is [T, batch, ...] with T and batch of at least 1.");
        return new TraceInput<T>(
            length,
            batch,
            inputs,
            read("labels", [length, batch, architecture.OutputSize]),
            [.. ParameterLayout.Of(architecture).Tensors.SelectMany(tensor => read(tensor.Name, [.. tensor.Shape]))],
            [.. architecture.Layers.Select((_, l) => read(CellName(l), CellShape(architecture, l, batch)))]);
    }

    private static string CellName(int layer) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"cell/{layer}");

    private static int[] CellShape(Architecture architecture, int layer, int batch) =>
        [batch, .. architecture.Layers[layer].SubRnnShape, architecture.StateSize];
}
