using Vsml.Contracts;
using Vsml.Reference;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Kernels;

/// <summary>What is no finite number stays none on its way through a network: at every SIMD level exactly what the reference calls so.</summary>
public class NonFiniteTests
{
    private const int Length = 3;

    private static readonly double[] s_values = [double.NaN, -double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    private static readonly Dictionary<string, Architecture> s_networks = new()
    {
        ["dense"] = new() { StateSize = 5, MessageSize = 3, Layers = new([new DenseLayerSpec(18, 3)]) },
        ["deep, backward sweep, layer norm"] = new()
        {
            StateSize = 4,
            MessageSize = 3,
            Layers = new([new DenseLayerSpec(6, 17), new DenseLayerSpec(17, 2)]),
            MessageLayerNorm = true,
            PositionFeatures = true,
            LearnedInitialCell = true,
            Schedule = new TickSchedule { MicroTicks = new([1, 3]), BackwardSweep = BackwardSweep.Separate },
        },
        ["deep, layer-wise"] = new()
        {
            StateSize = 4,
            MessageSize = 2,
            Layers = new([new DenseLayerSpec(3, 2), new DenseLayerSpec(2, 3)]),
            LayerwiseParameters = true,
            OutputBound = 0,
            Schedule = new TickSchedule { TicksPerExample = 2 },
        },
        ["convolution"] = new()
        {
            StateSize = 4,
            MessageSize = 3,
            Layers = new([new ConvLayerSpec(5, 4, 1, 2, 3, 2), new DenseLayerSpec(12, 2)]),
            LabelFeedback = true,
        },
        ["convolutions, backward sweep, layer norm"] = new()
        {
            StateSize = 9,
            MessageSize = 9,
            Layers = new([new ConvLayerSpec(3, 3, 1, 2, 3, 1), new ConvLayerSpec(3, 3, 2, 1, 1, 2), new DenseLayerSpec(4, 2)]),
            MessageLayerNorm = true,
            Schedule = new TickSchedule { BackwardSweep = BackwardSweep.Shared },
        },
    };

    public static TheoryData<string, SimdLevel> Networks
    {
        get
        {
            var data = new TheoryData<string, SimdLevel>();
            foreach (var name in s_networks.Keys)
                foreach (var level in Enum.GetValues<SimdLevel>()) data.Add(name, level);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void In_an_input(string name, SimdLevel level) => InEach(name, level, episode => episode.Inputs.Length, (episode, place, value) => episode with { Inputs = With(episode.Inputs, place, value) });

    [Theory]
    [MemberData(nameof(Networks))]
    public void In_a_cell(string name, SimdLevel level) =>
        InEach(name, level, episode => episode.Cells[^1].Length, (episode, place, value) => episode with { Cells = [.. episode.Cells[..^1], With(episode.Cells[^1], place, value)] });

    [Theory]
    [MemberData(nameof(Networks))]
    public void In_each_tensor_of_theta(string name, SimdLevel level)
    {
        var episode = Episode(name);
        foreach (var tensor in ParameterLayout.Of(episode.Architecture).Tensors)
            foreach (var value in s_values)
                ShouldAgree($"{tensor.Name} {value}", level, episode with { Theta = With(episode.Theta, tensor.Offset + tensor.Length / 2, value) }).ShouldAllBe(loss => float.IsNaN(loss));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void In_a_hidden_state(string name, SimdLevel level)
    {
        var architecture = s_networks[name];
        var episode = Episode(name);
        var model = RuntimeCompiler.Compile(architecture);
        var packed = model.Pack(Singles(episode.Theta), level);
        var (logits, losses) = (new float[architecture.OutputSize], new float[1]);
        foreach (var value in s_values)
        {
            var runner = new EpisodeRunner(model, level);
            var hidden = new float[runner.CanonicalFloats(0)];
            hidden[^1] = (float)value;
            runner.SetHidden(0, hidden);
            runner.Step(packed, Singles(episode.Inputs).AsSpan(0, architecture.InputSize), Singles(episode.Labels).AsSpan(0, architecture.OutputSize), logits, losses);
            losses[0].ShouldBe(float.NaN, $"{value}");
            runner.GetHidden(0, hidden);
            hidden[^1].ShouldBe(float.NaN);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void In_pre_activations_that_overflow(string name, SimdLevel level)
    {
        var episode = Episode(name);
        // Gradients overflow long before, and without saturation.
        foreach (var scale in new[] { 1e10, 1e25, 1e37, 3e38 })
            ShouldAgree($"{scale}", level, episode with { Theta = Array.ConvertAll(episode.Theta, value => (double)(float)(value * scale)) }, withGradient: false);
    }

    private static void InEach(string name, SimdLevel level, Func<ReferenceEpisode, int> places, Func<ReferenceEpisode, int, double, ReferenceEpisode> with)
    {
        var episode = Episode(name);
        foreach (var place in new[] { 0, places(episode) / 2, places(episode) - 1 })
            foreach (var value in s_values)
                ShouldAgree($"[{place}] {value}", level, with(episode, place, value)).ShouldContain(loss => float.IsNaN(loss), $"[{place}] {value}");
    }

    /// <summary>Compares what is finite in everything that an episode gives.</summary>
    private static float[] ShouldAgree(string what, SimdLevel level, ReferenceEpisode episode, bool withGradient = true)
    {
        var (expected, gradient) = episode.Differentiate();
        var model = RuntimeCompiler.Compile(episode.Architecture);
        float[][] cells = [.. episode.Cells.Select(Singles)];
        var (theta, inputs, labels) = (Singles(episode.Theta), Singles(episode.Inputs), Singles(episode.Labels));

        var trace = EpisodeTrace.Run(model, level, 1, theta, cells, inputs, labels);
        Compare("logits", trace.Logits, expected.Logits);
        Compare("losses", trace.Losses, expected.Losses);
        for (var l = 0; l < cells.Length; l++)
        {
            Compare($"cell/{l}", trace.Cells[l], expected.Cells[l]);
            Compare($"hidden/{l}", trace.Hidden[l], expected.Hidden[l]);
        }
        if (!withGradient) return trace.Losses;
        // The kernels leave out what is zero in every finite episode.
        var (actual, cellGradients) = EpisodeTrace.Differentiate(model, level, 1, theta, cells, inputs, labels);
        var finite = Episode(s_networks.Single(network => network.Value == episode.Architecture).Key).Differentiate().Gradient;
        Compare("grad/theta", actual, gradient.Theta, finite.Theta);
        for (var l = 0; l < cells.Length; l++) Compare($"grad/cell/{l}", cellGradients[l], gradient.Cells[l], finite.Cells[l]);
        return trace.Losses;

        void Compare(string tensor, float[] actual, double[] expected, double[]? nonzero = null)
        {
            for (var i = 0; i < actual.Length; i++)
                if (float.IsFinite(actual[i]) != double.IsFinite(expected[i]) && nonzero?[i] != 0)
                    Assert.Fail($"{what} {level} {tensor}[{i}] is {actual[i]} instead of {expected[i]}.");
        }
    }

    private static ReferenceEpisode Episode(string name) => SmallNetworks.RandomEpisode(s_networks[name], seed: 7, Length);

    private static double[] With(double[] values, int place, double value)
    {
        double[] changed = [.. values];
        changed[place] = value;
        return changed;
    }

    private static float[] Singles(double[] values) => Array.ConvertAll(values, value => (float)value);
}
