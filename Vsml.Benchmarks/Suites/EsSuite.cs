using Vsml.Benchmarks.Cases;
using Vsml.Benchmarks.Measurement;
using Vsml.Benchmarks.Reporting;
using Vsml.Contracts;
using Vsml.MetaTraining;

namespace Vsml.Benchmarks.Suites;

/// <summary>
/// Whole meta-iterations of evolution strategies, as <c>vsml train</c> runs them on all cores: noise, packing of theta, tasks,
/// projections, episodes, reduction and the optimizer's step; against the bare kernels of the same layout on as many cores.
/// </summary>
internal sealed class EsSuite : ISuite
{
    private const int Turns = 18, QuickTurns = 5;
    private const double LeastSeconds = 0.24;

    /// <inheritdoc/>
    public string Name => "es";

    /// <inheritdoc/>
    public bool TimesArchitectures => false;

    /// <inheritdoc/>
    public void Measure(SuiteRun run)
    {
        var cases = EsCases.All;
        var threads = Environment.ProcessorCount;
        for (var i = 0; i < cases.Count; i++)
        {
            var (network, examples) = (cases[i].Network, cases[i].ExamplesPerIteration);
            run.Begin((double)i / cases.Count, network.Name);
            var trainer = new MetaTrainer(cases[i].Configuration, RuntimeCompiler.Compile, threads);
            var state = trainer.Initial();
            var (iteration, ratio) = Compare(() => state = trainer.Step(state).State, examples, new RunningEpisode(network, run.Level).Step, threads, run.Timing);
            var rate = examples / iteration.Median;
            run.Add(new BenchmarkResult
            {
                Suite = Name,
                Case = network.Name,
                Simd = run.Level.Name(),
                Threads = threads,
                ExamplesPerSecond = rate,
                NanosecondsPerSubRnnMicroTick = threads * 1e9 / (rate * network.SubRnnMicroTicks),
                Spread = iteration.Spread,
                Ratio = new BenchmarkRatio("forward", "rate", ratio),
            });
        }
    }

    /// <summary>
    /// Times iterations and bare examples in turns of the same length, so that both meet the same machine, and compares their medians:
    /// an iteration is too long to fall between two disturbances.
    /// </summary>
    private static (Sample Iteration, double Ratio) Compare(Action iterate, double examples, Action step, int threads, Timing timing)
    {
        var (iterations, ratios) = (new List<double>(), new List<double>());
        timing.WarmUp(iterate);
        timing.WarmUp(step);
        for (var turn = 0; turn < (timing == Timing.Quick ? QuickTurns : Turns); turn++)
        {
            var iteration = 1 / Timing.CallsPerSecond(iterate, LeastSeconds);
            iterations.Add(iteration);
            ratios.Add(examples / (threads * iteration * Timing.CallsPerSecond(step, Math.Max(iteration, LeastSeconds))));
        }
        return (Sample.OfTimes(iterations), Sample.OfRates(ratios).Median);
    }
}
