namespace Vsml;

/// <summary>Declares a dense layer: one sub-RNN per pair of input and output. The order of layer attributes is the order of layers.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = true, Inherited = false)]
public sealed class DenseLayerAttribute : Attribute
{
    /// <summary>A dense layer of given sizes.</summary>
    /// <param name="inputs">A, the number of inputs; that of the outputs of the layer before.</param>
    /// <param name="outputs">B, the number of outputs.</param>
    public DenseLayerAttribute(int inputs, int outputs)
    {
        Inputs = inputs;
        Outputs = outputs;
    }

    /// <summary>
    /// A dense layer whose sizes are those of its neighbours, or free: given when a learner is made. Its kernels serve all of them, see
    /// <see cref="FreeSizeModel"/>.
    /// </summary>
    public DenseLayerAttribute()
    {
    }

    /// <summary>A dense layer that takes what the layer before gives; not for the first layer.</summary>
    /// <param name="outputs">B, the number of outputs.</param>
    public DenseLayerAttribute(int outputs) => Outputs = outputs;

    /// <summary>A, or null where the layer before decides, or nobody.</summary>
    public int? Inputs { get; }

    /// <summary>B, or null where the layer after decides, or nobody.</summary>
    public int? Outputs { get; }

    /// <summary>Micro ticks of this layer's turn, 1..64. Default: those of <see cref="TickScheduleAttribute"/>.</summary>
    public int MicroTicks { get; set; } = 2;

    /// <summary>Standard deviation of this layer's random initial cells, at least 0. Default: that of <see cref="VsmlModelAttribute"/>.</summary>
    public double InitialCellScale { get; set; } = double.NaN;
}
