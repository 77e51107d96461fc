using Vsml.Contracts;
using Vsml.Reference;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Kernels;

/// <summary>Compiled kernels and their adjoints against the reference interpreter, over all options in pairs, and over sizes that fill no vector.</summary>
public class RandomArchitectureTests
{
    private static readonly (string Name, int StateSize, int MessageSize, bool Norm, int Batch, LayerSpec[] Layers)[] Sizes =
    [
        ("odd dense", 13, 5, true, 1, [new DenseLayerSpec(19, 3), new DenseLayerSpec(3, 21)]),
        ("wide entries", 35, 17, true, 2, [new ConvLayerSpec(3, 2, 1, 2, 3, 1), new DenseLayerSpec(12, 2)]),
        ("whole vectors", 16, 8, true, 1, [new ConvLayerSpec(7, 5, 2, 3, 3, 3), new DenseLayerSpec(18, 3)]),
        ("whole vectors without norm", 16, 8, false, 1, [new ConvLayerSpec(5, 8, 1, 2, 5, 2), new ConvLayerSpec(3, 4, 2, 2, 3, 1), new DenseLayerSpec(24, 3)]),
        ("wide kernel", 7, 9, false, 3, [new ConvLayerSpec(2, 6, 2, 1, 7, 2), new DenseLayerSpec(3, 2)]),
        ("stride beyond the image", 8, 2, false, 1, [new ConvLayerSpec(4, 5, 1, 2, 1, 4), new DenseLayerSpec(4, 2)]),
        ("root", 13, 5, false, 2, [new DenseLayerSpec(19, 3), new DenseLayerSpec(3, 21), new DenseLayerSpec(21, 2)]),
        ("root, norm, convolutions", 16, 8, true, 1, [new ConvLayerSpec(5, 4, 2, 3, 3, 1), new ConvLayerSpec(5, 4, 3, 2, 3, 2), new DenseLayerSpec(12, 18), new DenseLayerSpec(18, 3)]),
        ("one of everything", 1, 1, false, 2, [new ConvLayerSpec(1, 1, 1, 1, 3, 1), new DenseLayerSpec(1, 1)]),
        ("single entry, norm", 2, 3, true, 2, [new ConvLayerSpec(3, 3, 1, 1, 3, 2), new DenseLayerSpec(4, 2)]),
    ];

    public static TheoryData<string, SimdLevel> Networks
    {
        get
        {
            // One level each for the options, which no level treats by itself; all levels for sizes.
            var networks = new TheoryData<string, SimdLevel>();
            var levels = Enum.GetValues<SimdLevel>();
            for (var i = 0; i < SmallNetworks.All.Count; i++) networks.Add(SmallNetworks.All[i].Name, levels[i % levels.Length]);
            foreach (var size in Sizes)
                foreach (var level in levels) networks.Add(size.Name, level);
            return networks;
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Compiled_episodes_and_gradients_are_those_of_the_reference(string name, SimdLevel level)
    {
        var (architecture, batch) = Named(name);
        var episode = SmallNetworks.RandomEpisode(architecture, seed: name.Length, length: 4, batch, softLabels: true);
        var (expected, gradient) = episode.Differentiate();
        var model = RuntimeCompiler.Compile(architecture);
        float[][] cells = [.. episode.Cells.Select(Singles)];

        var trace = EpisodeTrace.Run(model, level, batch, Singles(episode.Theta), cells, Singles(episode.Inputs), Singles(episode.Labels));
        ShouldMatch("logits", trace.Logits, expected.Logits);
        ShouldMatch("loss", trace.Losses, expected.Losses);
        for (var l = 0; l < cells.Length; l++)
        {
            ShouldMatch($"cell/{l}", trace.Cells[l], expected.Cells[l]);
            ShouldMatch($"hidden/{l}", trace.Hidden[l], expected.Hidden[l]);
        }

        var (theta, cellGradients) = EpisodeTrace.Differentiate(model, level, batch, Singles(episode.Theta), cells, Singles(episode.Inputs), Singles(episode.Labels));
        // Errors sum to zero over the classes: where that leaves next to nothing, it is rounding of terms of order one.
        var tolerance = 1e-4 * gradient.Theta.Max(Math.Abs) + 3e-8;
        ShouldBeWithin("grad/theta", theta, gradient.Theta, tolerance);
        for (var l = 0; l < cells.Length; l++) ShouldBeWithin($"grad/cell/{l}", cellGradients[l], gradient.Cells[l], tolerance);

        void ShouldMatch(string tensor, float[] actual, double[] values) =>
            ShouldBeWithin(tensor, actual, values, 1e-5 * values.Max(Math.Abs) + 1e-6);

        void ShouldBeWithin(string tensor, float[] actual, double[] values, double difference)
        {
            actual.Length.ShouldBe(values.Length);
            for (var i = 0; i < actual.Length; i++)
                if (!(Math.Abs(actual[i] - values[i]) <= difference))
                    Assert.Fail($"{name} {level} {tensor}[{i}] is {actual[i]} instead of {values[i]}; tolerance {difference:g3}.");
        }
    }

    private static (Architecture Architecture, int Batch) Named(string name)
    {
        if (!Sizes.Any(size => size.Name == name)) return (SmallNetworks.Named(name).Architecture, SmallNetworks.Named(name).Batch);
        var (_, n, m, norm, batch, layers) = Sizes.Single(size => size.Name == name);
        var architecture = new Architecture
        {
            StateSize = n,
            MessageSize = m,
            MessageLayerNorm = norm,
            LabelFeedback = m > 1,
            OutputIndex = m - 1,
            Layers = new(layers),
            MessageScale = name.StartsWith("root", StringComparison.Ordinal) ? MessageScale.Root : MessageScale.Mean,
        };
        return (architecture, batch);
    }

    private static float[] Singles(double[] values) => Array.ConvertAll(values, value => (float)value);
}
