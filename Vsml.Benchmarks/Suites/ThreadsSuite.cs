using Vsml.Benchmarks.Cases;
using Vsml.Benchmarks.Measurement;
using Vsml.Benchmarks.Reporting;
using Vsml.Contracts;

namespace Vsml.Benchmarks.Suites;

/// <summary>One learner a thread, side by side: two threads against one.</summary>
internal sealed class ThreadsSuite : ISuite
{
    /// <inheritdoc/>
    public string Name => "threads";

    /// <inheritdoc/>
    public bool TimesArchitectures => true;

    /// <inheritdoc/>
    public void Measure(SuiteRun run)
    {
        var network = run.Given ?? DenseCases.Default;
        run.Begin(0, 1, network.Name);
        var rates = ThreadScaling.Measure(() => new RunningEpisode(network, run.Level).Step, run);
        foreach (var rate in rates)
        {
            var examples = rate.CallsPerSecond * network.Batch;
            run.Add(new BenchmarkResult
            {
                Suite = Name,
                Case = network.Name,
                Simd = run.Level.Name(),
                Threads = rate.Threads,
                ExamplesPerSecond = examples,
                NanosecondsPerSubRnnMicroTick = rate.Threads * 1e9 / (examples * network.SubRnnMicroTicks),
                FmaPeakGflops = rate.PeakGflops,
                Spread = rate.Spread,
                Ratio = rate.Threads == 1 ? null : new BenchmarkRatio("1 thread", "rate", rate.CallsPerSecond / rates[0].CallsPerSecond),
            }, examples * network.ForwardFlops / 1e9);
        }
    }
}
