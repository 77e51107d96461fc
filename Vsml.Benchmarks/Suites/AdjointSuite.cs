using Vsml.Benchmarks.Cases;
using Vsml.Benchmarks.Measurement;
using Vsml.Benchmarks.Reporting;
using Vsml.Contracts;

namespace Vsml.Benchmarks.Suites;

/// <summary>
/// Backpropagation through time: an episode forward and backward on one core, with all entry states stored or with sqrt(T) of
/// them; recomputed flops are not counted.
/// </summary>
internal sealed class AdjointSuite : ISuite
{
    // Forward, backward to the states, backward to the weights: each the product of the forward pass again.
    private const int FlopsOverForward = 3;
    private const string Stored = "784x10-n16-stored";

    private sealed record AdjointCase(NetworkCase Network, bool StoresAll = true);

    /// <inheritdoc/>
    public string Name => "adjoint";

    /// <inheritdoc/>
    public bool TimesArchitectures => true;

    /// <inheritdoc/>
    public void Measure(SuiteRun run)
    {
        AdjointCase[] cases = run.Given is { } given ? [new(given)] :
        [
            new(DenseCases.Default with { Name = Stored }),
            new(DenseCases.Default with { Name = "784x10-n16-sqrt" }, StoresAll: false),
            new(new("784x10-n16-norm", DenseCases.Default.Architecture with { MessageLayerNorm = true })),
            new(new("64x10-n8-separate-stored", DenseCases.Network(8, [64, 10], BackwardSweep.Separate, microTicks: 1) with { LabelFeedback = true })),
        ];
        var length = run.Quick ? 36 : 100;
        var episodes = cases.Select(one => new DifferentiatedEpisode(one.Network, run.Level, length, one.StoresAll ? 0 : (int)Math.Sqrt(length))).ToArray();
        var share = run.Given is null ? (double)cases.Length / (cases.Length + 1) : 1;
        var times = run.Timing.MeasureInTurns([.. episodes.Select(episode => (Action)episode.Run)], (done, i) => run.Begin(done * share, cases[i].Network.Name));
        for (var i = 0; i < cases.Length; i++)
            Add(run, cases[i].Network, 1, length / times[i].Quiet, times[i].Spread, episodes[i].BytesPerExample);
        if (run.Given is null) MeasureThreads(run, cases[0].Network, length, share);
    }

    private void MeasureThreads(SuiteRun run, NetworkCase network, int length, double done)
    {
        run.Begin(done, $"{network.Name}, threads");
        var bytes = 0.0;
        var rates = ThreadScaling.Measure(() =>
        {
            var episode = new DifferentiatedEpisode(network, run.Level, length, tapeExamples: 0);
            bytes = episode.BytesPerExample;
            return episode.Run;
        }, run);
        foreach (var rate in rates.Where(rate => rate.Threads > 1))
            Add(run, network, rate.Threads, rate.CallsPerSecond * length, rate.Spread, bytes, rate.PeakGflops,
                new BenchmarkRatio("1 thread", "rate", rate.CallsPerSecond / rates[0].CallsPerSecond));
    }

    private void Add(SuiteRun run, NetworkCase network, int threads, double ticksPerSecond, double spread, double bytes, double? peak = null, BenchmarkRatio? ratio = null)
    {
        var examples = ticksPerSecond * network.Batch;
        run.Add(new BenchmarkResult
        {
            Suite = Name,
            Case = network.Name,
            Simd = run.Level.Name(),
            Threads = threads,
            ExamplesPerSecond = examples,
            NanosecondsPerSubRnnMicroTick = threads * 1e9 / (examples * network.SubRnnMicroTicks),
            BytesPerExample = bytes,
            FmaPeakGflops = peak,
            Spread = spread,
            Ratio = ratio,
        }, FlopsOverForward * examples * network.ForwardFlops / 1e9);
    }

    /// <inheritdoc/>
    public IReadOnlyList<BenchmarkResult> Compare(IReadOnlyList<BenchmarkResult> rows)
    {
        var stored = rows.FirstOrDefault(row => row.Case == Stored && row.Threads == 1);
        return [.. rows.Select(row => row.Case is "784x10-n16-norm" or "784x10-n16-sqrt" && stored is not null
            ? row with { Ratio = new(Stored, "time", stored.ExamplesPerSecond!.Value / row.ExamplesPerSecond!.Value) }
            : row)];
    }
}
