using System.Linq;

namespace Vsml;

/// <summary>
/// A VSML network as declared: sizes, options and schedule, but no numbers that are learned. The same facts whether they
/// came from attributes or from JSON (schemas/architecture.schema.json). Compared by value.
/// </summary>
public sealed record Architecture
{
    /// <summary>N, the state size of a sub-RNN. Default 16.</summary>
    public int StateSize { get; init; } = 16;

    /// <summary>M, the number of floats in a message. Default 8.</summary>
    public int MessageSize { get; init; } = 8;

    /// <summary>The layers from input to output.</summary>
    public EquatableArray<LayerSpec> Layers { get; init; }

    /// <summary>When layers take their turns.</summary>
    public TickSchedule Schedule { get; init; } = new();

    /// <summary>Each layer has meta-parameters of its own instead of one shared set. Default false.</summary>
    public bool LayerwiseParameters { get; init; }

    /// <summary>The label joins the error in the last layer's backward message. Default false.</summary>
    public bool LabelFeedback { get; init; }

    /// <summary>Outgoing messages are normalised over their entries, then scaled and shifted. Default false.</summary>
    public bool MessageLayerNorm { get; init; }

    /// <summary>Sub-RNNs see a/(A-1), b/(B-1) and layer/(K-1) as three more inputs. Default false.</summary>
    public bool PositionFeatures { get; init; }

    /// <summary>Entry of the last layer's forward message that is the output. Default 1.</summary>
    public int OutputIndex { get; init; } = 1;

    /// <summary>Bound T of the output tanh(x / T) * T; 0 switches it off. Default 100.</summary>
    public float OutputBound { get; init; } = 100f;

    /// <summary>Fraction p of the cell entries that start random. Default 0.5.</summary>
    public double InitialRandomFraction { get; init; } = 0.5;

    /// <summary>A learned vector is added to all initial cells. Default false.</summary>
    public bool LearnedInitialCell { get; init; }

    /// <summary>Standard deviation of the random initial cells: one for all layers, or one per layer. Default fan-in.</summary>
    public EquatableArray<InitialCellScale> InitialCellScale { get; init; } = new(new[] { Vsml.InitialCellScale.FanIn });

    /// <summary>What forward messages into hidden layers are divided by. Default the number of their terms.</summary>
    public MessageScale MessageScale { get; init; }

    /// <summary>Whether any layer leaves a size free, to be given when a learner is made.</summary>
    public bool HasFreeSizes => Layers.Any(layer => layer.GivenInputs is null || layer.GivenOutputs is null);

    /// <summary>Number of floats of one input (without batch).</summary>
    /// <exception cref="System.InvalidOperationException">It is free.</exception>
    public int InputSize => Layers[0].Inputs;

    /// <summary>Number of outputs (classes).</summary>
    /// <exception cref="System.InvalidOperationException">It is free.</exception>
    public int OutputSize => Layers[Layers.Count - 1].Outputs;

    /// <summary>Rows of lstm/w: 2 M, 3 more with position features, and N.</summary>
    public int SubRnnInputs => 2 * MessageSize + (PositionFeatures ? 3 : 0) + StateSize;

    /// <summary>Number of cell entries that start random, floor(N p).</summary>
    public int RandomCellEntries => (int)(StateSize * InitialRandomFraction);

    /// <summary>Standard deviation of the random initial cells of a layer.</summary>
    /// <param name="layer">Layer index from 0.</param>
    public InitialCellScale InitialCellScaleOf(int layer) => InitialCellScale.Count == 1 ? InitialCellScale[0] : InitialCellScale[layer];

    /// <summary>Number of sub-RNNs in all layers.</summary>
    public long SubRnnCount => Layers.Sum(layer => layer.SubRnnCount);

    /// <summary>|V_L|: floats of state (h and c of every sub-RNN) of one learner.</summary>
    public long StateFloats => 2 * StateSize * SubRnnCount;

    /// <summary>Whether theta of one architecture runs in the other: all but the layers' sizes and the schedule's counts agree.</summary>
    /// <param name="other">The other architecture.</param>
    public bool SharesParametersWith(Architecture other) =>
        ParameterLayout.Of(this).Equals(ParameterLayout.Of(other));
}
