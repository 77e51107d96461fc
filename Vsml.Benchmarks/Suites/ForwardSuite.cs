using Vsml.Benchmarks.Cases;
using Vsml.Benchmarks.Measurement;
using Vsml.Benchmarks.Reporting;
using Vsml.Contracts;

namespace Vsml.Benchmarks.Suites;

/// <summary>Online learning, one example after another, on one core, at every SIMD level of the machine.</summary>
internal sealed class ForwardSuite : ISuite
{
    private sealed record Comparison(string Case, string To, string Of);

    private static readonly Comparison[] s_comparisons =
    [
        new("784x10-n12", "784x10-n16", "fraction"),
        new("783x11-n7", "784x10-n8", "fraction"),
        new("784x10-n16-shared", "784x10-n16", "fraction"),
        new("784x10-n16-separate", "784x10-n16", "fraction"),
        new("784x32x10-n16", "784x10-n16", "fraction"),
        new("784x10-n16-norm", "784x10-n16", "time"),
        new("784x10-n16-batch4", "784x10-n16", "time"),
        new("784x10-n16-free", "784x10-n16", "fraction"),
        new("64x10-n16-free", "64x10-n16", "fraction"),
        new("16x10-n8-separate-free", "16x10-n8-separate", "fraction"),
    ];

    /// <inheritdoc/>
    public string Name => "forward";

    /// <inheritdoc/>
    public bool TimesArchitectures => true;

    /// <inheritdoc/>
    public IReadOnlyList<SimdLevel> Levels(SimdLevel widest) => [.. Enum.GetValues<SimdLevel>().Where(level => level <= widest).OrderDescending()];

    /// <inheritdoc/>
    public void Measure(SuiteRun run)
    {
        IReadOnlyList<NetworkCase> cases = run.Given is { } given ? [given] : DenseCases.Forward;
        var steps = run.Timing.MeasureInTurns([.. cases.Select(network => (Action)new RunningEpisode(network, run.Level).Step)], (done, i) => run.Begin(done, cases[i].Name));
        for (var i = 0; i < cases.Count; i++)
        {
            var (row, gflops) = Row(cases[i], run, Name, steps[i]);
            run.Add(row, gflops);
        }
    }

    /// <summary>Times one network on one core.</summary>
    /// <param name="network">The network.</param>
    /// <param name="run">Level and repetitions.</param>
    /// <param name="suite">The suite that the row is for.</param>
    public static (BenchmarkResult Row, double? Gflops) Measure(NetworkCase network, SuiteRun run, string suite) =>
        Row(network, run, suite, run.Timing.Measure(new RunningEpisode(network, run.Level).Step));

    private static (BenchmarkResult Row, double? Gflops) Row(NetworkCase network, SuiteRun run, string suite, Sample step)
    {
        var seconds = step.Quiet / network.Batch;
        return (new BenchmarkResult
        {
            Suite = suite,
            Case = network.Name,
            Simd = run.Level.Name(),
            Threads = 1,
            ExamplesPerSecond = 1 / seconds,
            NanosecondsPerSubRnnMicroTick = seconds * 1e9 / network.SubRnnMicroTicks,
            Spread = step.Spread,
        }, network.ForwardFlops / seconds / 1e9);
    }

    /// <inheritdoc/>
    public IReadOnlyList<BenchmarkResult> Compare(IReadOnlyList<BenchmarkResult> rows) => [.. rows.Select(row => row with { Ratio = Ratio(row, rows) })];

    private static BenchmarkRatio? Ratio(BenchmarkResult row, IReadOnlyList<BenchmarkResult> rows)
    {
        if (s_comparisons.FirstOrDefault(comparison => comparison.Case == row.Case) is { } compared)
        {
            var other = rows.First(r => r.Case == compared.To && r.Simd == row.Simd);
            if (compared.Of == "fraction") return new(compared.To, compared.Of, row.FractionOfPeak!.Value / other.FractionOfPeak!.Value);
            // A batch is one step of several examples.
            var batch = DenseCases.Forward.First(c => c.Name == row.Case).Batch;
            return new(compared.To, compared.Of, batch * other.ExamplesPerSecond!.Value / row.ExamplesPerSecond!.Value);
        }
        // The same case at the next wider level stands before it.
        return rows.TakeWhile(r => !ReferenceEquals(r, row)).LastOrDefault(r => r.Case == row.Case) is { } wider
            ? new(wider.Simd!, "rate", row.ExamplesPerSecond!.Value / wider.ExamplesPerSecond!.Value)
            : null;
    }
}
