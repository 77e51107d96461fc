using System;

namespace Vsml.Generators.Planning;

/// <summary>
/// A layer: its sub-RNNs and where they stand. Sub-RNN (a, b) of a dense layer reads the forward message of input a and the backward
/// message of output b. Sub-RNN (ky, kx, a, b) of a convolution steps once at every output position, see <see cref="ConvGeometry"/>.
/// </summary>
/// <param name="Index">Layer index l from 0; its inputs are boundary l, its outputs boundary l + 1.</param>
/// <param name="Spec">The declared layer.</param>
/// <param name="Geometry">Windows and positions of a convolution; null for a dense layer.</param>
/// <param name="Positions">With position features, what a sub-RNN is told of its place; else null.</param>
/// <param name="Inputs">Its inputs, A of a dense layer.</param>
/// <param name="Outputs">Its outputs, B of a dense layer.</param>
/// <param name="CellDeviation">Standard deviation of the leading <see cref="Architecture.RandomCellEntries"/> entries of every initial c; the others are 0. Null where it is 1 / sqrt(A) of a free A.</param>
public sealed record LayerPlan(int Index, LayerSpec Spec, ConvGeometry? Geometry, PositionFeatures? Positions, Extent Inputs, Extent Outputs, double? CellDeviation)
{
    /// <summary>Number of sub-RNNs, each with N entries of h and N of c; in canonical order the last axis of <see cref="LayerSpec.SubRnnShape"/> runs fastest.</summary>
    /// <exception cref="InvalidOperationException">A size of the layer is free.</exception>
    public int SubRnns => checked((int)Spec.SubRnnCount);

    /// <summary>
    /// Messages that the mean of a forward message runs over, and that of a backward message: A and B of a dense layer, in a convolution
    /// a window's places (k k channels in; k k channels out, also where nobody reads a place of the window).
    /// </summary>
    public (Extent Forward, Extent Backward) Terms => Geometry is { } conv
        ? (checked(conv.Kernel * conv.Kernel * conv.Channels), checked(conv.Kernel * conv.Kernel * conv.OutputChannels))
        : (Inputs, Outputs);

    /// <summary>The layer of an architecture.</summary>
    /// <param name="architecture">A valid architecture.</param>
    /// <param name="index">Layer index from 0.</param>
    public static LayerPlan Of(Architecture architecture, int index)
    {
        var spec = architecture.Layers[index];
        var (inputs, outputs) = (BoundaryPlan.SizeOf(architecture, index), BoundaryPlan.SizeOf(architecture, index + 1));
        return new(
            index, spec,
            spec is ConvLayerSpec conv ? new ConvGeometry(conv.Height, conv.Width, conv.Channels, conv.OutputChannels, conv.Kernel, conv.Stride) : null,
            architecture.PositionFeatures ? new PositionFeatures(spec is ConvLayerSpec from ? from.Channels : inputs, spec is ConvLayerSpec to ? to.OutputChannels : outputs, index, architecture.Layers.Count) : null,
            inputs, outputs,
            architecture.InitialCellScaleOf(index).Value ?? (inputs.IsFree ? null : 1 / Math.Sqrt(spec.InitialFanIn)));
    }
}

/// <summary>
/// The three inputs that a sub-RNN has after its messages and before its h, with position features: index / last along each of three
/// axes, counted from 0, or 0 on an axis with one place.
/// </summary>
/// <param name="Inputs">Number of a: inputs of a dense layer, channels in of a convolution. First feature: a / (Inputs - 1).</param>
/// <param name="Outputs">Number of b: outputs, or channels out. Second feature: b / (Outputs - 1).</param>
/// <param name="Layer">The layer's index. Third feature: Layer / (Layers - 1).</param>
/// <param name="Layers">Number of layers K.</param>
public sealed record PositionFeatures(Extent Inputs, Extent Outputs, int Layer, int Layers)
{
    /// <summary>Number of places on the side where messages of a direction come in: of a for forward ones, of b for backward ones.</summary>
    /// <param name="direction">The direction.</param>
    public Extent Places(Direction direction) => direction == Direction.Forward ? Inputs : Outputs;
}

/// <summary>
/// The windows of a 2-D convolution with SAME padding: at output position (row, column), sub-RNN (ky, kx, a, b) reads the forward message
/// of channel a at input position (row stride + ky - border, column stride + kx - border), zeros beyond the edge, and the backward message
/// of channel b at (row, column). After every micro tick the states of its positions are averaged into its one state.
/// </summary>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="Channels">Channels in.</param>
/// <param name="OutputChannels">Channels out.</param>
/// <param name="Kernel">k, the window's size along both axes; odd.</param>
/// <param name="Stride">s, the step from window to window along both axes.</param>
public sealed record ConvGeometry(int Height, int Width, int Channels, int OutputChannels, int Kernel, int Stride)
{
    /// <summary>Rows of output positions, ceil(height / stride).</summary>
    public int Rows => (Height - 1) / Stride + 1;

    /// <summary>Columns of output positions, ceil(width / stride).</summary>
    public int Columns => (Width - 1) / Stride + 1;

    /// <summary>Output positions: that many steps of a sub-RNN make one micro tick.</summary>
    public int Positions => checked(Rows * Columns);

    /// <summary>Zeros on every side, (k - 1) / 2.</summary>
    public int Border => (Kernel - 1) / 2;

    /// <summary>Rows of the input with its border; window row ky of output row r lies in padded row r stride + ky.</summary>
    public int PaddedHeight => checked(Height + 2 * Border);

    /// <summary>Columns of the input with its border.</summary>
    public int PaddedWidth => checked(Width + 2 * Border);

    /// <summary>
    /// Output positions along an axis whose windows hold an input position: FirstReader to LastReader, none if the first is greater.
    /// An input position's backward message has Readers(row) Readers(column) channels-out terms; the window places without a reader
    /// count as zero messages in the mean.
    /// </summary>
    /// <param name="input">Row or column of the input.</param>
    /// <param name="outputs"><see cref="Rows"/> or <see cref="Columns"/>.</param>
    public int Readers(int input, int outputs) => Math.Max(0, LastReader(input, outputs) - FirstReader(input) + 1);

    /// <summary>The first output position along an axis whose window holds an input position.</summary>
    /// <param name="input">Row or column of the input.</param>
    public int FirstReader(int input) => Math.Max(0, (input + Border - Kernel + Stride) / Stride);

    /// <summary>The last output position along an axis whose window holds an input position.</summary>
    /// <param name="input">Row or column of the input.</param>
    /// <param name="outputs"><see cref="Rows"/> or <see cref="Columns"/>.</param>
    public int LastReader(int input, int outputs) => Math.Min(outputs - 1, (input + Border) / Stride);
}
