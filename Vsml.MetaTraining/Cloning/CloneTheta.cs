namespace Vsml.MetaTraining;

/// <summary>What a cloning run trains as theta of a network, and back from one that is written by hand.</summary>
internal static class CloneTheta
{
    /// <summary>What messages are multiplied by in the theta of a run, whose networks take means: the inputs for which they are sums.</summary>
    public const float MessageGain = 100;


    /// <summary>The networks that theta of a run is for: dense layers of any sizes.</summary>
    public static Architecture ArchitectureOf(CloneConfiguration configuration) => new()
    {
        StateSize = configuration.StateSize,
        MessageSize = configuration.MessageSize,
        Layers = new([new DenseLayerSpec(null, null)]),
        Schedule = new() { BackwardSweep = BackwardSweep.Separate },
        OutputBound = 0,
        InitialRandomFraction = (CloneReadout.WeightEntry + 1.0001) / configuration.StateSize,
    };

    /// <summary>The theta of a run.</summary>
    /// <param name="configuration">The run.</param>
    /// <param name="values">What it trains.</param>
    public static MetaParameters ToTheta(CloneConfiguration configuration, ReadOnlySpan<float> values)
    {
        var architecture = ArchitectureOf(configuration);
        var tensors = ParameterLayout.Of(architecture);
        var theta = new float[tensors.Count];
        foreach (var place in Places(configuration, tensors, MessageGain)) theta[place.Index] = values[place.Compact] * place.Scale;
        return new(architecture, theta);
    }

    /// <summary>What a run starts from.</summary>
    /// <param name="configuration">The run.</param>
    public static float[] Initial(CloneConfiguration configuration)
    {
        var layout = new SubRnnLayout(configuration.StateSize);
        if (configuration.Start == CloneStart.Random) return layout.Initial(configuration.Seed);
        // A layer of one input and one output has messages of one term.
        var written = BackpropagationTheta.For(ArchitectureOf(configuration) with { Layers = new([new DenseLayerSpec(1, 1)]) }, configuration.Rate);
        var values = new float[layout.Length];
        // The output's entry of a message comes last.
        foreach (var place in Places(configuration, written.Layout, gain: 1)) values[place.Compact] = written.Values[place.Index] / place.Scale;
        values[layout.Sent + CloneReadout.BiasEntry] *= configuration.BiasShare;
        return values;
    }

    /// <summary>What the metadata of a theta file say, so that states can be compared with backpropagation.</summary>
    public static IReadOnlyDictionary<string, string> Metadata(CloneConfiguration configuration) => new BackpropagationReadout
    {
        WeightEntry = CloneReadout.WeightEntry,
        BiasEntry = CloneReadout.BiasEntry,
        Alpha = configuration.Alpha,
        Rate = configuration.Rate,
        BiasShare = configuration.BiasShare,
        MessageGain = MessageGain,
    }.ToMetadata(configuration.Start == CloneStart.Random ? "random" : "written by hand");

    // Where each trained number stands in theta; messages stand in two entries.
    private static IEnumerable<(int Compact, int Index, float Scale)> Places(CloneConfiguration configuration, ParameterLayout tensors, float gain)
    {
        var layout = new SubRnnLayout(configuration.StateSize);
        var (n, m) = (configuration.StateSize, configuration.MessageSize);
        for (var sweep = 0; sweep < 2; sweep++)
        {
            var (group, begin) = (sweep == 0 ? "shared" : "backward", sweep * layout.SweepLength);
            int Of(string name) => tensors.Find(group, name).Offset;
            var (weights, biases) = (Of("lstm/w"), Of("lstm/b"));
            var (sent, sentBias) = sweep == 0 ? (Of("fwd/w"), Of("fwd/b")) : (Of("bwd/w"), Of("bwd/b"));
            for (var row = 0; row < layout.Rows; row++)
            {
                yield return (begin + layout.Forward + row, weights + row, 1);
                yield return (begin + layout.Backward + row, weights + m * layout.Rows + row, 1);
                yield return (begin + layout.Bias + row, biases + row, 1);
                for (var k = 0; k < n; k++) yield return (begin + layout.Own + row * n + k, weights + (2 * m + k) * layout.Rows + row, 1);
            }
            var scale = gain / configuration.Alpha;
            for (var entry = 0; entry <= (sweep == 0 ? 1 : 0); entry++)
            {
                for (var k = 0; k < n; k++) yield return (begin + layout.Sent + k, sent + k * m + entry, scale);
                yield return (begin + layout.Sent + n, sentBias + entry, scale);
            }
        }
    }
}
