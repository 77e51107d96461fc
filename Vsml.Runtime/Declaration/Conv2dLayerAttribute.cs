namespace Vsml;

/// <summary>
/// Declares a 2-D convolution with SAME padding: one sub-RNN per kernel row, kernel column, channel in and channel out,
/// shared over positions. The order of layer attributes is the order of layers; the last one must be dense.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = true, Inherited = false)]
public sealed class Conv2dLayerAttribute : Attribute
{
    /// <summary>Input height in positions. May be left out after another convolution.</summary>
    public int Height { get; set; }

    /// <summary>Input width in positions. May be left out after another convolution.</summary>
    public int Width { get; set; }

    /// <summary>Channels in. May be left out after another convolution.</summary>
    public int Channels { get; set; }

    /// <summary>Channels out.</summary>
    public int OutputChannels { get; set; }

    /// <summary>Kernel size k along both axes; odd.</summary>
    public int Kernel { get; set; }

    /// <summary>Stride s along both axes: the output has ceil(height / s) rows and ceil(width / s) columns. Default 1.</summary>
    public int Stride { get; set; } = 1;

    /// <summary>Micro ticks of this layer's turn, 1..64. Default: those of <see cref="TickScheduleAttribute"/>.</summary>
    public int MicroTicks { get; set; } = 2;

    /// <summary>Standard deviation of this layer's random initial cells, at least 0. Default: that of <see cref="VsmlModelAttribute"/>.</summary>
    public double InitialCellScale { get; set; } = double.NaN;
}
