using Vsml.Benchmarks.Cases;
using Vsml.Benchmarks.Measurement;
using Vsml.Benchmarks.Reporting;
using Vsml.Contracts;

namespace Vsml.Benchmarks.Suites;

/// <summary>
/// The published convolutional networks on one core, forward and with the gradient of an episode; times are for one sub-RNN at one
/// output position.
/// </summary>
internal sealed class ConvSuite : ISuite
{
    private const string GradientSuffix = "-gradient";

    /// <inheritdoc/>
    public string Name => "conv";

    /// <inheritdoc/>
    public bool TimesArchitectures => false;

    /// <inheritdoc/>
    public void Measure(SuiteRun run)
    {
        // The dense layer of each network is timed by itself too, so that the rest is the convolutions'.
        NetworkCase[] networks = [.. ConvCases.All, .. ConvCases.All.Select(ConvCases.DenseLayerOf)];
        var forward = run.Timing.MeasureInTurns(
            [.. networks.Select(network => (Action)new RunningEpisode(network, run.Level).Step)], (done, i) => run.Begin(done / 2, networks[i].Name));
        var length = run.Quick ? 4 : 10;
        var episodes = networks.Select(network => new DifferentiatedEpisode(network, run.Level, length, tapeExamples: 0)).ToArray();
        var gradient = run.Timing.MeasureInTurns(
            [.. episodes.Select(episode => (Action)episode.Run)], (done, i) => run.Begin((1 + done) / 2, networks[i].Name + GradientSuffix));

        for (var i = 0; i < ConvCases.All.Count; i++)
        {
            var dense = i + ConvCases.All.Count;
            run.Add(Row(networks[i].Name, forward[i], 1, networks[i], forward[dense].Quiet, networks[dense]));
            run.Add(Row(networks[i].Name + GradientSuffix, gradient[i], length, networks[i], gradient[dense].Quiet, networks[dense]) with { BytesPerExample = episodes[i].BytesPerExample });
        }

        BenchmarkResult Row(string name, Sample time, int examples, NetworkCase network, double denseSeconds, NetworkCase dense) => new()
        {
            Suite = Name,
            Case = name,
            Simd = run.Level.Name(),
            Threads = 1,
            ExamplesPerSecond = examples / time.Quiet,
            NanosecondsPerSubRnnMicroTick = time.Quiet * 1e9 / (examples * network.SubRnnMicroTicks),
            NanosecondsInConvolutions = (time.Quiet - denseSeconds) * 1e9 / (examples * (network.SubRnnMicroTicks - dense.SubRnnMicroTicks)),
            Spread = time.Spread,
        };
    }

    /// <inheritdoc/>
    public IReadOnlyList<BenchmarkResult> Compare(IReadOnlyList<BenchmarkResult> rows) => [.. rows.Select(row =>
        rows.FirstOrDefault(other => other.Case + GradientSuffix == row.Case) is { } forward
            ? row with { Ratio = new(forward.Case, "time", forward.ExamplesPerSecond!.Value / row.ExamplesPerSecond!.Value) }
            : row)];
}
