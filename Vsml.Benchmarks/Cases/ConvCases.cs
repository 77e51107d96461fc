namespace Vsml.Benchmarks.Cases;

/// <summary>The published convolutional networks on 28x28x1.</summary>
internal static class ConvCases
{
    private const int Side = 28, Channels = 8, Kernel = 3, Stride = 2, Classes = 10;

    /// <summary>Each with and without message layer norm.</summary>
    public static readonly IReadOnlyList<NetworkCase> All =
    [
        new("1-conv", Network(1)),
        new("3-conv", Network(3)),
        new("1-conv-no-norm", Network(1) with { MessageLayerNorm = false }),
        new("3-conv-no-norm", Network(3) with { MessageLayerNorm = false }),
    ];

    /// <summary>The dense layer at a network's end, as a network of its own.</summary>
    /// <param name="network">A network that ends with a dense layer.</param>
    public static NetworkCase DenseLayerOf(NetworkCase network) =>
        new($"{network.Name}, dense layer", network.Architecture with { Layers = new([network.Architecture.Layers[^1]]) });

    private static Architecture Network(int convolutions)
    {
        var layers = new List<LayerSpec>();
        var (side, channels) = (Side, 1);
        for (var l = 0; l < convolutions; l++)
        {
            var layer = new ConvLayerSpec(side, side, channels, Channels, Kernel, Stride);
            layers.Add(layer);
            (side, channels) = (layer.OutputWidth, Channels);
        }
        layers.Add(new DenseLayerSpec(layers[^1].Outputs, Classes));
        return new Architecture
        {
            Layers = new(layers),
            Schedule = new TickSchedule { BackwardSweep = BackwardSweep.Shared },
            LabelFeedback = true,
            MessageLayerNorm = true,
        };
    }
}
