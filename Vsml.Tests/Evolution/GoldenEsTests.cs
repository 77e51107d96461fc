using System.Globalization;
using Vsml.Contracts;
using Vsml.Files;
using Vsml.MetaTraining;
using Vsml.Reference;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Evolution;

public class GoldenEsTests
{
    private static readonly Architecture Golden = ArchitectureJson.Read(Path.Combine(GoldenFiles.Folder, "es-3-iterations.arch.json"));
    private static readonly Lazy<VsmlModel> Compiled = new(() => RuntimeCompiler.Compile(Golden));

    public static TheoryData<SimdLevel?> Backends => [null, .. Enum.GetValues<SimdLevel>().Select(level => (SimdLevel?)level)];

    /// <summary>Losses by the reference (null), or by kernels compiled for a level; one above the machine's own runs in software.</summary>
    [Theory]
    [MemberData(nameof(Backends))]
    public void ThreeIterationsOfThePublishedEstimatorAgree(SimdLevel? level)
    {
        var architecture = Golden;
        var file = SafetensorsFile.Read(Path.Combine(GoldenFiles.Folder, "es-3-iterations.safetensors"));
        var (pairs, count, length) = (4, ParameterLayout.Of(architecture).Count, 6);
        var noise = new RecordedNoise(file.GetDoubles("noise", 3, pairs, count), pairs, count);
        var inputs = file.GetDoubles("inputs", 3, pairs, length, 1, 5);
        var labels = file.GetDoubles("labels", 3, pairs, length, 1, 3);
        var cells = file.GetDoubles("cells", 3, pairs, 5, 3, 4);
        var expectedLosses = file.GetDoubles("expect/losses", 3, pairs, 2);
        var expectedGradient = file.GetDoubles("expect/gradient", 3, count);
        var expectedTheta = file.GetDoubles("expect/theta", 3, count);

        var runner = level is { } compiled ? new EpisodeRunner(Compiled.Value, compiled) : null;
        var es = new EvolutionStrategy(new EsOptions { PairCount = pairs, NoiseStd = (float)Number(file, "noise_std") }, new Adam(), noise);
        var state = es.Init([.. file.GetDoubles("theta", count).Select(value => (float)value)], seed: 0);
        for (var iteration = 0; iteration < 3; iteration++)
        {
            var population = es.Ask(state);
            var losses = new float[2 * pairs];
            for (var pair = 0; pair < pairs; pair++)
            {
                var at = iteration * pairs + pair;
                var (plus, minus) = population.Pair(pair);
                losses[2 * pair] = (float)Loss(plus, at);
                losses[2 * pair + 1] = (float)Loss(minus, at);
            }
            Compare(losses, expectedLosses.AsSpan(2 * pairs * iteration, 2 * pairs), 1e-5);
            (state, var gradient, var dropped) = es.Tell(state, losses, Number(file, "learning_rate"));
            dropped.ShouldBeEmpty();
            Compare(gradient, expectedGradient.AsSpan(count * iteration, count), 2e-4);
            Compare(state.Theta, expectedTheta.AsSpan(count * iteration, count), 2e-4);
        }

        double Loss(float[] theta, int at) => runner is null ? ReferenceLoss(theta, at) : CompiledLoss(runner, theta, at);

        double CompiledLoss(EpisodeRunner episode, float[] theta, int at)
        {
            var packed = episode.Model.Pack(theta, episode.Level);
            episode.Reset();
            episode.SetCells(0, Singles(cells.AsSpan(at * 60, 60)));
            var sum = 0.0;
            for (var t = at * length; t < (at + 1) * length; t++)
                sum += episode.Step(packed, Singles(inputs.AsSpan(t * 5, 5)), Singles(labels.AsSpan(t * 3, 3)), new float[3], new float[1]);
            return sum / length;
        }

        double ReferenceLoss(float[] theta, int at) => new ReferenceEpisode
        {
            Architecture = architecture,
            Theta = [.. theta.Select(value => (double)value)],
            Cells = [cells.AsSpan(at * 60, 60).ToArray()],
            Inputs = inputs.AsSpan(at * length * 5, length * 5).ToArray(),
            Labels = labels.AsSpan(at * length * 3, length * 3).ToArray(),
        }.Run().Losses.Average();

        static float[] Singles(ReadOnlySpan<double> values) => Array.ConvertAll(values.ToArray(), value => (float)value);
    }

    // Inner length 6, truncation 2: every third ask begins new episodes.
    [Theory]
    [InlineData("pes", EsVariant.Persistent)]
    [InlineData("nres", EsVariant.NoiseReuse)]
    public void PersistentAndNoiseReuseEsAgreeWithEvosax(string name, EsVariant variant)
    {
        const int asks = 7, pairs = 4, count = 6;
        var file = SafetensorsFile.Read(Path.Combine(GoldenFiles.Folder, "estimators.safetensors"));
        var losses = file.GetDoubles(name + "/losses", asks, pairs, 2);
        var expectedGradient = file.GetDoubles(name + "/expect/gradient", asks, count);
        var expectedTheta = file.GetDoubles(name + "/expect/theta", asks, count);
        var noise = new RecordedNoise(file.GetDoubles(name + "/noise", asks, pairs, count), pairs, count);
        var options = new EsOptions { Variant = variant, PairCount = pairs, NoiseStd = (float)Number(file, "noise_std") };
        var es = new EvolutionStrategy(options, new Adam(), noise);
        var state = es.Init([.. file.GetDoubles(name + "/theta", count).Select(value => (float)value)], seed: 0);
        for (var ask = 0; ask < asks; ask++)
        {
            float[] given = [.. losses.AsSpan(2 * pairs * ask, 2 * pairs).ToArray().Select(value => (float)value)];
            (state, var gradient, _) = es.Tell(state, given, Number(file, "learning_rate"), episodesEnd: ask % 3 == 2);
            Compare(gradient, expectedGradient.AsSpan(count * ask, count), 1e-5);
            Compare(state.Theta, expectedTheta.AsSpan(count * ask, count), 1e-5);
        }
    }

    [Fact]
    public void CentredRanksAgree()
    {
        var file = SafetensorsFile.Read(Path.Combine(GoldenFiles.Folder, "estimators.safetensors"));
        var values = file.GetDoubles("rank/losses", 1, 10);
        CentredRanks.Shape(values);
        var expected = file.GetDoubles("rank/expect/shaped", 1, 10);
        for (var i = 0; i < expected.Length; i++) values[i].ShouldBe(expected[i], 1e-12);
    }

    private static double Number(SafetensorsFile file, string key) => double.Parse(file.Metadata[key], CultureInfo.InvariantCulture);

    private static void Compare(ReadOnlySpan<float> actual, ReadOnlySpan<double> expected, double tolerance)
    {
        var scale = 0.0;
        foreach (var value in expected) scale = Math.Max(scale, Math.Abs(value));
        for (var i = 0; i < expected.Length; i++) ((double)actual[i]).ShouldBe(expected[i], tolerance * scale, $"at {i}");
    }
}
