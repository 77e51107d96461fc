namespace Vsml;

/// <summary>
/// Declares a network: the partial class it stands on becomes a <c>Learner</c> with compiled kernels. The layers follow as
/// <see cref="DenseLayerAttribute"/> and <see cref="Conv2dLayerAttribute"/>, in order from input to output.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class VsmlModelAttribute : Attribute
{
    /// <summary>N, the state size of a sub-RNN, 1..128. Default 16.</summary>
    public int StateSize { get; set; } = 16;

    /// <summary>M, the number of floats in a message, 1..128. Default 8.</summary>
    public int MessageSize { get; set; } = 8;

    /// <summary>Each layer has meta-parameters of its own instead of one shared set. Default false.</summary>
    public bool LayerwiseParameters { get; set; }

    /// <summary>The label joins the error in the last layer's backward message; needs two message entries. Default false.</summary>
    public bool LabelFeedback { get; set; }

    /// <summary>Outgoing messages are normalised over their entries, then scaled and shifted. Default false.</summary>
    public bool MessageLayerNorm { get; set; }

    /// <summary>Sub-RNNs see their place, a/(A-1), b/(B-1) and layer/(K-1), as three more inputs. Default false.</summary>
    public bool PositionFeatures { get; set; }

    /// <summary>Entry of the last layer's forward message that is the output, below M. Default 1.</summary>
    public int OutputIndex { get; set; } = 1;

    /// <summary>Bound T of the output tanh(x / T) * T; 0 switches it off. Default 100.</summary>
    public double OutputBound { get; set; } = 100;

    /// <summary>Fraction p of the cell entries that start random, 0..1. Default 0.5.</summary>
    public double InitialRandomFraction { get; set; } = 0.5;

    /// <summary>A learned vector is added to all initial cells. Default false.</summary>
    public bool LearnedInitialCell { get; set; }

    /// <summary>Standard deviation of the random initial cells, at least 0; a layer's attribute can have its own. Default: 1 / sqrt(A), in a convolution 1 / sqrt(k).</summary>
    public double InitialCellScale { get; set; } = double.NaN;

    /// <summary>What the sum of A forward messages into a hidden layer is divided by: A or sqrt(A). Default the mean.</summary>
    public MessageScale MessageScale { get; set; }

    /// <summary>How kernels for ILGPU, which a project that references Vsml.Gen.Ilgpu gets, compute h W. Default float32.</summary>
    public Arithmetic Arithmetic { get; set; }

    /// <summary>How kernels for ILGPU store h. Default float32.</summary>
    public StateStorage StateStorage { get; set; }
}
