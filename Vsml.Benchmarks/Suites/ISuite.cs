using Vsml.Benchmarks.Measurement;
using Vsml.Benchmarks.Reporting;
using Vsml.Contracts;

namespace Vsml.Benchmarks.Suites;

/// <summary>A group of measurements that are made together.</summary>
internal interface ISuite
{
    /// <summary>Its name on the command line and in files.</summary>
    string Name { get; }

    /// <summary>Whether it can time a layout that the user gives.</summary>
    bool TimesArchitectures { get; }

    /// <summary>The levels that it is measured at, each in a process of its own.</summary>
    /// <param name="widest">The machine's widest level.</param>
    IReadOnlyList<SimdLevel> Levels(SimdLevel widest) => [widest];

    /// <summary>Measures, in a process of the level asked for.</summary>
    /// <param name="run">Takes the rows.</param>
    void Measure(SuiteRun run);

    /// <summary>Holds rows of all levels against each other, once all are measured.</summary>
    /// <param name="rows">This suite's rows.</param>
    IReadOnlyList<BenchmarkResult> Compare(IReadOnlyList<BenchmarkResult> rows) => rows;
}
