namespace Vsml.Generators.Planning;

/// <summary>
/// A boundary between layers, where messages wait: before layer l lies boundary l, after the last layer boundary K. Every place of it
/// has one forward and one backward message of M entries each, of which only some are ever other than zero or read by anybody; a
/// target need not store the others.
/// </summary>
/// <param name="Index">0 to K.</param>
/// <param name="Rows">Rows of places; 1 where there is no image.</param>
/// <param name="Columns">Columns of places; 1 where there is no image.</param>
/// <param name="Channels">Places at each position: channels of an image, or the inputs or outputs of dense layers, which may be free.</param>
/// <param name="ForwardFirst">The entry of forward messages that is stored first: the output's at boundary K, else 0.</param>
/// <param name="ForwardEntries">Entries of forward messages that are stored from there on: 1 at the input (its value x) and at the output, M between.</param>
/// <param name="BackwardEntries">Leading entries of backward messages that are stored: 0 at the input, where nobody reads them; at the output the error and, with label feedback, the label; M between.</param>
public sealed record BoundaryPlan(int Index, int Rows, int Columns, Extent Channels, int ForwardFirst, int ForwardEntries, int BackwardEntries)
{
    /// <summary>Number of places. Place (row, column, channel) has index (row * Columns + column) * Channels + channel.</summary>
    public Extent Places => Channels * checked(Rows * Columns);

    /// <summary>Entries stored of the messages of a direction.</summary>
    /// <param name="direction">The direction.</param>
    public int Entries(Direction direction) => direction == Direction.Forward ? ForwardEntries : BackwardEntries;

    /// <summary>The boundary of an architecture.</summary>
    /// <param name="architecture">A valid architecture.</param>
    /// <param name="index">0 to K.</param>
    public static BoundaryPlan Of(Architecture architecture, int index)
    {
        var layers = architecture.Layers.Count;
        var (isInput, isOutput) = (index == 0, index == layers);
        (int rows, int columns, Extent channels) = index < layers && architecture.Layers[index] is ConvLayerSpec next
            ? (next.Height, next.Width, next.Channels)
            : index > 0 && architecture.Layers[index - 1] is ConvLayerSpec before
                ? (before.OutputHeight, before.OutputWidth, before.OutputChannels)
                : (1, 1, SizeOf(architecture, index));
        return new(
            index, rows, columns, channels,
            isOutput ? architecture.OutputIndex : 0,
            isInput || isOutput ? 1 : architecture.MessageSize,
            isInput ? 0 : isOutput ? OutputPlan.FeedbackEntries(architecture) : architecture.MessageSize);
    }

    /// <summary>The size at a boundary; a free one is named inputs, outputs, or between them hiddenPlaces (hidden alone is what kernels call h).</summary>
    /// <param name="architecture">A valid architecture.</param>
    /// <param name="index">0 to K.</param>
    internal static Extent SizeOf(Architecture architecture, int index) =>
        FreeSizes.AtBoundaries(architecture)[index] is { } size ? size
        : Extent.Named(FreeSizes.NameOf(index, architecture.Layers.Count) + (index == 0 || index == architecture.Layers.Count ? "" : "Places"));
}
