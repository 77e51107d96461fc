namespace Vsml.Benchmarks.Cases;

/// <summary>The dense networks that the suites name.</summary>
internal static class DenseCases
{
    /// <summary>The published default: 784 -> 10, N 16, M 8, two micro ticks.</summary>
    public static readonly NetworkCase Default = new("784x10-n16", Network(16, [784, 10]));

    /// <summary>What recipe E trains first: few inputs, a backward sweep with its own theta, one micro tick per sweep.</summary>
    public static readonly NetworkCase SmallSeparate = new("16x10-n8-separate",
        Network(8, [16, 10], BackwardSweep.Separate, microTicks: 1) with { LabelFeedback = true });

    /// <summary>Other state sizes, layouts and options, around the default.</summary>
    public static readonly IReadOnlyList<NetworkCase> Forward =
    [
        Default,
        new("784x10-n8", Network(8, [784, 10])),
        new("784x10-n32", Network(32, [784, 10])),
        new("784x10-n64", Network(64, [784, 10])),
        new("784x10-n12", Network(12, [784, 10])),
        new("784x10-n16-norm", Default.Architecture with { MessageLayerNorm = true }),
        new("784x10-n16-shared", Network(16, [784, 10], BackwardSweep.Shared)),
        new("784x10-n16-separate", Network(16, [784, 10], BackwardSweep.Separate)),
        new("784x10-n16-batch4", Default.Architecture, Batch: 4),
        new("784x32x10-n16", Network(16, [784, 32, 10])),
        new("783x11-n7", Network(7, [783, 11])),
        new("64x10-n16", Network(16, [64, 10])),
        new("16x10-n8", Network(8, [16, 10])),
        SmallSeparate,
        new("784x10-n16-free", Default.Architecture, FreeSizes: true),
        new("64x10-n16-free", Network(16, [64, 10]), FreeSizes: true),
        new("16x10-n8-separate-free", SmallSeparate.Architecture, FreeSizes: true),
    ];

    /// <summary>A network of dense layers with messages of 8.</summary>
    /// <param name="stateSize">N.</param>
    /// <param name="sizes">Inputs, then the outputs of each layer.</param>
    /// <param name="sweep">The backward sweep.</param>
    /// <param name="microTicks">Micro ticks of a layer's turn.</param>
    public static Architecture Network(int stateSize, int[] sizes, BackwardSweep sweep = BackwardSweep.None, int microTicks = 2) => new()
    {
        StateSize = stateSize,
        Layers = new([.. sizes.Zip(sizes.Skip(1), (inputs, outputs) => (LayerSpec)new DenseLayerSpec(inputs, outputs))]),
        Schedule = new TickSchedule { BackwardSweep = sweep, MicroTicks = new([microTicks]) },
    };
}
