using Vsml.Reference;

namespace Vsml.Tests.Fixtures;

/// <summary>One of the small networks that together combine every option with every other.</summary>
/// <param name="Name">Its options in short.</param>
/// <param name="Architecture">The network.</param>
/// <param name="Batch">Number of examples that share a tick.</param>
public sealed record SmallNetwork(string Name, Architecture Architecture, int Batch)
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>Small networks over all options of the model, pairwise, and random episodes for them.</summary>
public static class SmallNetworks
{
    private static readonly (string Name, LayerSpec[] Layers)[] LayerChoices =
    [
        ("dense", [new DenseLayerSpec(3, 2)]),
        ("deep2", [new DenseLayerSpec(3, 2), new DenseLayerSpec(2, 3)]),
        ("deep3", [new DenseLayerSpec(2, 3), new DenseLayerSpec(3, 1), new DenseLayerSpec(1, 2)]),
        ("deep4", [new DenseLayerSpec(1, 2), new DenseLayerSpec(2, 2), new DenseLayerSpec(2, 1), new DenseLayerSpec(1, 3)]),
        ("conv1", [new ConvLayerSpec(2, 3, 2, 2, 1, 1), new DenseLayerSpec(12, 2)]),
        ("conv1s2", [new ConvLayerSpec(3, 4, 1, 2, 1, 2), new DenseLayerSpec(8, 2)]),
        ("conv3s2", [new ConvLayerSpec(4, 3, 2, 2, 3, 2), new DenseLayerSpec(8, 2)]),
        ("conv5s2", [new ConvLayerSpec(3, 5, 1, 1, 5, 2), new DenseLayerSpec(6, 2)]),
        ("conv7s2", [new ConvLayerSpec(3, 4, 1, 1, 7, 2), new DenseLayerSpec(4, 2)]),
        ("conv3s1-conv3s2", [new ConvLayerSpec(3, 3, 1, 2, 3, 1), new ConvLayerSpec(3, 3, 2, 1, 3, 2), new DenseLayerSpec(4, 2)]),
    ];

    /// <summary>Values of each option, layers first.</summary>
    private static readonly int[] Counts = [LayerChoices.Length, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 3, 2];

    /// <summary>The networks; every pair of option values occurs in one of them.</summary>
    public static IReadOnlyList<SmallNetwork> All { get; } = [.. PairwiseDesign.Rows(Counts).Select(Make)];

    /// <summary>Their names, as theory data.</summary>
    public static TheoryData<string> Names => [.. All.Select(network => network.Name)];

    /// <summary>Names of those without convolutions, as theory data.</summary>
    public static TheoryData<string> DenseNames =>
        [.. All.Where(network => network.Architecture.Layers.All(layer => layer is DenseLayerSpec)).Select(network => network.Name)];

    /// <summary>Finds a network.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static SmallNetwork Named(string name) => All.Single(network => network.Name == name);

    /// <summary>An episode of random theta, cells, inputs and labels, all held exactly by float32.</summary>
    /// <param name="architecture">The network.</param>
    /// <param name="seed">Decides all numbers.</param>
    /// <param name="length">T.</param>
    /// <param name="batch">Number of examples that share a tick.</param>
    /// <param name="softLabels">Labels that sum to anything, instead of one-hot ones.</param>
    public static ReferenceEpisode RandomEpisode(Architecture architecture, int seed, int length, int batch = 1, bool softLabels = false)
    {
        var random = new Random(seed);
        double[] Uniform(int count, double reach)
        {
            var values = new double[count];
            for (var i = 0; i < count; i++) values[i] = (float)((2 * random.NextDouble() - 1) * reach);
            return values;
        }

        var labels = new double[length * batch * architecture.OutputSize];
        if (softLabels)
            for (var i = 0; i < labels.Length; i++) labels[i] = (float)random.NextDouble();
        else
            for (var e = 0; e < length * batch; e++) labels[e * architecture.OutputSize + random.Next(architecture.OutputSize)] = 1;
        return new ReferenceEpisode
        {
            Architecture = architecture,
            Batch = batch,
            Theta = Uniform(ParameterLayout.Of(architecture).Count, 0.8),
            Cells = [.. architecture.Layers.Select(layer => Uniform(batch * (int)layer.SubRnnCount * architecture.StateSize, 1))],
            Inputs = Uniform(length * batch * architecture.InputSize, 1.5),
            Labels = labels,
        };
    }

    private static SmallNetwork Make(int[] row)
    {
        var (layersName, layers) = LayerChoices[row[0]];
        var sweep = (BackwardSweep)row[1];
        var ticks = row[2] + 1;
        int[] microTicks = row[3] switch { 0 => [1], 1 => [2], _ => [.. layers.Select((_, l) => 1 + (l + 2) % 3)] };
        var (outputIndex, outputBound) = row[4] switch { 0 => (1, 100f), 1 => (0, 0f), _ => (2, 0.75f) };
        var batch = row[11] + 1;
        var architecture = new Architecture
        {
            StateSize = 3 + row[9],
            MessageSize = 3,
            Layers = new(layers),
            Schedule = new TickSchedule { MicroTicks = new(microTicks), TicksPerExample = ticks, BackwardSweep = sweep },
            OutputIndex = outputIndex,
            OutputBound = outputBound,
            LayerwiseParameters = row[5] == 1,
            LabelFeedback = row[6] == 1,
            MessageLayerNorm = row[7] == 1,
            PositionFeatures = row[8] == 1,
            LearnedInitialCell = row[10] == 1,
            MessageScale = (MessageScale)row[12],
        };
        var name = $"{layersName} {sweep} ticks{ticks} micro{string.Join('+', microTicks)} index{outputIndex} n{architecture.StateSize} batch{batch}"
            + (architecture.LayerwiseParameters ? " layerwise" : "") + (architecture.LabelFeedback ? " label" : "")
            + (architecture.MessageLayerNorm ? " norm" : "") + (architecture.PositionFeatures ? " position" : "")
            + (architecture.LearnedInitialCell ? " cell" : "") + (architecture.MessageScale == MessageScale.Root ? " root" : "");
        return new SmallNetwork(name.ToLowerInvariant(), architecture, batch);
    }
}
