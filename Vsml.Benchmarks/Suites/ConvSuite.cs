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
        var count = 2 * ConvCases.All.Count;
        for (var i = 0; i < ConvCases.All.Count; i++)
        {
            var network = ConvCases.All[i];
            run.Begin(2 * i, count, network.Name);
            run.Add(ForwardSuite.Measure(network, run, Name).Row);
            run.Begin(2 * i + 1, count, network.Name + GradientSuffix);
            run.Add(MeasureGradient(network, run));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<BenchmarkResult> Compare(IReadOnlyList<BenchmarkResult> rows) => [.. rows.Select(row =>
        rows.FirstOrDefault(other => other.Case + GradientSuffix == row.Case) is { } forward
            ? row with { Ratio = new(forward.Case, "time", forward.ExamplesPerSecond!.Value / row.ExamplesPerSecond!.Value) }
            : row)];

    private BenchmarkResult MeasureGradient(NetworkCase network, SuiteRun run)
    {
        var length = run.Quick ? 4 : 20;
        var episode = new DifferentiatedEpisode(network, run.Level, length, tapeExamples: 0);
        var time = run.Timing.Measure(episode.Run);
        return new BenchmarkResult
        {
            Suite = Name,
            Case = network.Name + GradientSuffix,
            Simd = run.Level.Name(),
            Threads = 1,
            ExamplesPerSecond = length / time.Quiet,
            NanosecondsPerSubRnnMicroTick = time.Quiet * 1e9 / (length * network.SubRnnMicroTicks),
            BytesPerExample = episode.BytesPerExample,
            Spread = time.Spread,
        };
    }
}
