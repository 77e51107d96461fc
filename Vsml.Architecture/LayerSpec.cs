using System;
using System.Collections.Generic;
using System.Globalization;

namespace Vsml;

/// <summary>One layer of a network: which sub-RNNs it has and which messages it takes and gives.</summary>
public abstract record LayerSpec
{
    private protected LayerSpec()
    {
    }

    /// <summary>Number of positions times channels that send forward messages into the layer (A of a dense layer).</summary>
    /// <exception cref="InvalidOperationException">It is free.</exception>
    public abstract int Inputs { get; }

    /// <summary>Number of positions times channels that the layer sends forward messages to (B of a dense layer).</summary>
    /// <exception cref="InvalidOperationException">It is free.</exception>
    public abstract int Outputs { get; }

    /// <summary><see cref="Inputs"/>, or null where they are free: given when a learner is made.</summary>
    public virtual int? GivenInputs => Inputs;

    /// <summary><see cref="Outputs"/>, or null where they are free.</summary>
    public virtual int? GivenOutputs => Outputs;

    /// <summary>Shape of the states without the state size: [A, B], or [k, k, channels in, channels out].</summary>
    public abstract IReadOnlyList<int> SubRnnShape { get; }

    /// <summary>Number of sub-RNNs, the product of <see cref="SubRnnShape"/>.</summary>
    public abstract long SubRnnCount { get; }

    /// <summary>Fan-in that scales the initial cells: A, or the kernel size k (model.md, "Initial values").</summary>
    public abstract int InitialFanIn { get; }

    /// <summary>Number of distinct values of the position feature "a": A, or channels in.</summary>
    public abstract int PositionInputs { get; }

    /// <summary>Number of distinct values of the position feature "b": B, or channels out.</summary>
    public abstract int PositionOutputs { get; }
}

/// <summary>A dense layer: one sub-RNN per pair of input a and output b.</summary>
/// <param name="InputCount">A, the number of inputs; null where it is free, that is given when a learner is made.</param>
/// <param name="OutputCount">B, the number of outputs; null where it is free.</param>
public sealed record DenseLayerSpec(int? InputCount, int? OutputCount) : LayerSpec
{
    /// <inheritdoc/>
    public override int Inputs => InputCount ?? throw Free("inputs");

    /// <inheritdoc/>
    public override int Outputs => OutputCount ?? throw Free("outputs");

    /// <inheritdoc/>
    public override int? GivenInputs => InputCount;

    /// <inheritdoc/>
    public override int? GivenOutputs => OutputCount;

    /// <inheritdoc/>
    public override IReadOnlyList<int> SubRnnShape => new[] { Inputs, Outputs };

    /// <inheritdoc/>
    public override long SubRnnCount => (long)Inputs * Outputs;

    /// <inheritdoc/>
    public override int InitialFanIn => Inputs;

    /// <inheritdoc/>
    public override int PositionInputs => Inputs;

    /// <inheritdoc/>
    public override int PositionOutputs => Outputs;

    /// <summary>The layer as people write it, for example "dense 784 -> 10", or "dense free -> 10".</summary>
    public override string ToString() => $"dense {Text(InputCount)} -> {Text(OutputCount)}";

    private static string Text(int? size) => size?.ToString(CultureInfo.InvariantCulture) ?? "free";

    private static InvalidOperationException Free(string what) => new($"The {what} of this dense layer are free. Give the sizes first, for example by FreeSizeModel.ForSizes.");
}

/// <summary>A 2-D convolution with SAME padding: one sub-RNN per (ky, kx, channel in, channel out), shared over positions.</summary>
/// <param name="Height">Input height in positions.</param>
/// <param name="Width">Input width in positions.</param>
/// <param name="Channels">Channels in.</param>
/// <param name="OutputChannels">Channels out.</param>
/// <param name="Kernel">Kernel size k along both axes; odd.</param>
/// <param name="Stride">Stride s along both axes.</param>
public sealed record ConvLayerSpec(int Height, int Width, int Channels, int OutputChannels, int Kernel, int Stride) : LayerSpec
{
    /// <summary>ceil(height / stride).</summary>
    public int OutputHeight => (Height - 1) / Stride + 1;

    /// <summary>ceil(width / stride).</summary>
    public int OutputWidth => (Width - 1) / Stride + 1;

    /// <inheritdoc/>
    public override int Inputs => Height * Width * Channels;

    /// <inheritdoc/>
    public override int Outputs => OutputHeight * OutputWidth * OutputChannels;

    /// <inheritdoc/>
    public override IReadOnlyList<int> SubRnnShape => new[] { Kernel, Kernel, Channels, OutputChannels };

    /// <inheritdoc/>
    public override long SubRnnCount => (long)Kernel * Kernel * Channels * OutputChannels;

    /// <inheritdoc/>
    public override int InitialFanIn => Kernel;

    /// <inheritdoc/>
    public override int PositionInputs => Channels;

    /// <inheritdoc/>
    public override int PositionOutputs => OutputChannels;

    /// <summary>The layer as people write it, for example "conv 28x28x1 -> 14x14x8, kernel 3, stride 2".</summary>
    public override string ToString() =>
        $"conv {Height}x{Width}x{Channels} -> {OutputHeight}x{OutputWidth}x{OutputChannels}, kernel {Kernel}, stride {Stride}";
}
