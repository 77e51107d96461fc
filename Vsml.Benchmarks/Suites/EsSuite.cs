using Vsml.Benchmarks.Cases;
using Vsml.Benchmarks.Measurement;
using Vsml.Benchmarks.Reporting;
using Vsml.Contracts;
using Vsml.Tool.Compilation;
using Vsml.Training;

namespace Vsml.Benchmarks.Suites;

/// <summary>
/// Whole meta-iterations of evolution strategies, as <c>vsml train</c> runs them on all cores: noise, packing of theta, tasks,
/// projections, episodes, reduction and the optimizer's step; against the bare kernels of the same layout on as many cores.
/// </summary>
internal sealed class EsSuite : ISuite
{
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
            // The two in turns, so that both meet the same machine.
            var before = ForwardSuite.Measure(network, run, Name).Row.ExamplesPerSecond!.Value;
            var iteration = run.Timing.Measure(() => state = trainer.Step(state).State);
            var after = ForwardSuite.Measure(network, run, Name).Row.ExamplesPerSecond!.Value;
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
                Ratio = new BenchmarkRatio("forward", "rate", rate / (threads * (before + after) / 2)),
            });
        }
    }
}
