using System.Globalization;
using Vsml.Baselines;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>
/// How the state of a network that runs backpropagation in its recurrent dynamics is read: stands in the metadata of its theta file.
/// </summary>
public sealed record BackpropagationReadout
{
    private const string Prefix = "backpropagation/";

    /// <summary>Cell entry that holds alpha times a weight.</summary>
    public required int WeightEntry { get; init; }

    /// <summary>Cell entry that holds a part of a bias.</summary>
    public required int BiasEntry { get; init; }

    /// <summary>What weights and biases are multiplied by in their cells.</summary>
    public required float Alpha { get; init; }

    /// <summary>The learning rate of weights.</summary>
    public required float Rate { get; init; }

    /// <summary>The bias of an output is this times the sum of its sub-RNNs' cells over a layer's inputs, divided by alpha.</summary>
    public required float BiasShare { get; init; }

    /// <summary>What messages, which are means, are multiplied by: the number of terms for which they are sums.</summary>
    public required float MessageGain { get; init; }

    /// <summary>As metadata of a theta file.</summary>
    /// <param name="start">What cloning started from: "random" or "written by hand".</param>
    public IReadOnlyDictionary<string, string> ToMetadata(string start) => new Dictionary<string, string>
    {
        [Prefix + "weight_entry"] = Text(WeightEntry),
        [Prefix + "bias_entry"] = Text(BiasEntry),
        [Prefix + "alpha"] = Text(Alpha),
        [Prefix + "rate"] = Text(Rate),
        [Prefix + "bias_share"] = Text(BiasShare),
        [Prefix + "message_gain"] = Text(MessageGain),
        [Prefix + "start"] = start,
    };

    /// <summary>What the metadata of a theta file say; null where they say nothing, or there is no such file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VsmlException">As for <see cref="From"/>, or it cannot be read.</exception>
    public static BackpropagationReadout? Of(string path) => File.Exists(path) ? From(SafetensorsFile.Read(path).Metadata, path) : null;

    /// <summary>From metadata of a theta file; null where they say nothing.</summary>
    /// <param name="metadata">The metadata.</param>
    /// <param name="source">The file, for errors.</param>
    /// <exception cref="VsmlException">They say something, but not all, or no sensible number.</exception>
    public static BackpropagationReadout? From(IReadOnlyDictionary<string, string> metadata, string source)
    {
        if (!metadata.Keys.Any(key => key.StartsWith(Prefix, StringComparison.Ordinal))) return null;
        return new()
        {
            WeightEntry = (int)Number("weight_entry", 0, 127),
            BiasEntry = (int)Number("bias_entry", 0, 127),
            Alpha = Number("alpha", 1e-6f, 1e6f),
            Rate = Number("rate", 1e-9f, 1e3f),
            BiasShare = Number("bias_share", 0, 1e3f),
            MessageGain = Number("message_gain", 1e-6f, 1e9f),
        };

        float Number(string name, float smallest, float largest) =>
            metadata.TryGetValue(Prefix + name, out var text) && float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= smallest && value <= largest
                ? value
                : throw new VsmlException($"{source}: the metadata's {Prefix}{name} is {(text is null ? "missing" : $"'{text}', which is no number from {Text(smallest)} to {Text(largest)}")}; write the file again with the command that made it.");
    }

    /// <summary>The same at another learning rate: a step in a cell is as large as before, but counts otherwise.</summary>
    /// <param name="rate">The rate.</param>
    public BackpropagationReadout At(double rate) => this with { Rate = (float)rate, Alpha = (float)(Alpha * Rate / rate) };

    /// <summary>
    /// The theta of a network of dense layers whose messages are sums, so that it is the plain network of these sizes. Its weights begin with
    /// deviation 1 / sqrt(inputs) where there is a hidden layer, else at zero.
    /// </summary>
    /// <param name="theta">The theta that this readout, at whatever rate, belongs to.</param>
    /// <param name="original">The readout as theta's file has it.</param>
    /// <param name="sizes">Inputs, hidden units of each layer, and classes.</param>
    /// <exception cref="VsmlException">The sizes are impossible, or theta is not one for dense layers.</exception>
    public MetaParameters Sized(MetaParameters theta, BackpropagationReadout original, IReadOnlyList<int> sizes)
    {
        var layers = sizes.Zip(sizes.Skip(1), (inputs, outputs) => (LayerSpec)new DenseLayerSpec(inputs, outputs)).ToList();
        var architecture = theta.Architecture with
        {
            Layers = new(layers),
            LayerwiseParameters = layers.Count > 1,
            InitialRandomFraction = layers.Count > 1 ? (WeightEntry + 1.0001) / theta.Architecture.StateSize : 0,
            InitialCellScale = new(layers.Select(layer => new InitialCellScale(Alpha * BackpropagationTheta.InitialDeviation(layer.Inputs)))),
        };
        if (ArchitectureRules.Check(architecture).FirstOrDefault(problem => !problem.IsWarning) is { } wrong) throw new VsmlException($"{wrong.Path}: {wrong.Message}");
        var fitted = ThetaTransfer.Fit(theta.ToTensors(), architecture);
        var values = fitted.Values.ToArray();
        for (var l = 0; l < layers.Count; l++)
        {
            Scale(ParameterLayout.GroupOf(architecture, l, backward: false), "fwd", layers[l].Inputs);
            Scale(ParameterLayout.GroupOf(architecture, l, backward: true), "bwd", layers[l].Outputs);
        }
        return new(architecture, values);

        void Scale(string group, string direction, int terms)
        {
            foreach (var name in new[] { "w", "b" })
            {
                var tensor = fitted.Layout.Find(group, $"{direction}/{name}");
                foreach (ref var value in values.AsSpan(tensor.Offset, tensor.Length)) value *= terms / MessageGain * original.Alpha / Alpha;
            }
        }
    }

    /// <summary>The plain network that a learner stands for, with the weights that its state holds, to learn beside it.</summary>
    /// <param name="learner">A learner of a theta from <see cref="Sized"/>.</param>
    public TanhNetwork Plain(Learner learner)
    {
        var layers = learner.Architecture.Layers;
        var plain = new TanhNetwork([layers[0].Inputs, .. layers.Select(layer => layer.Outputs)], Rate) { BiasRates = [.. layers.Select(layer => (double)Rate * BiasShare * layer.Inputs)] };
        for (var l = 0; l < layers.Count; l++) Weights(learner, l).CopyTo(plain.Weights(l));
        return plain;
    }

    /// <summary>The weights [inputs, outputs] that a learner's state holds.</summary>
    /// <param name="learner">A learner of a theta from <see cref="Sized"/>.</param>
    /// <param name="layer">The layer, from 0.</param>
    public double[] Weights(Learner learner, int layer)
    {
        var cells = learner.Cells(layer);
        var n = learner.Architecture.StateSize;
        return [.. Enumerable.Range(0, cells.Length / n).Select(i => (double)cells[i * n + WeightEntry] / Alpha)];
    }

    /// <summary>The biases [outputs] that a learner's state holds.</summary>
    /// <param name="learner">A learner of a theta from <see cref="Sized"/>.</param>
    /// <param name="layer">The layer, from 0.</param>
    public double[] Biases(Learner learner, int layer)
    {
        var (cells, n) = (learner.Cells(layer), learner.Architecture.StateSize);
        var biases = new double[learner.Architecture.Layers[layer].Outputs];
        for (var i = 0; i < cells.Length / n; i++) biases[i % biases.Length] += BiasShare * (double)cells[i * n + BiasEntry] / Alpha;
        return biases;
    }

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);
}
