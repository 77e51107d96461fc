using Vsml.Benchmarks.Cases;
using Vsml.Benchmarks.Processes;
using Vsml.Benchmarks.Reporting;
using Vsml.Contracts;

namespace Vsml.Benchmarks.Measurement;

/// <summary>
/// One suite being measured in this process. Looks at the FMA peak between cases, so that peak and kernels meet the same clock
/// rates, and hands the rows over once the peak is known.
/// </summary>
internal sealed class SuiteRun(SimdLevel level, bool quick, NetworkCase? given)
{
    private readonly List<double> _peaks = [];
    private readonly List<(BenchmarkResult Row, double? Gflops)> _rows = [];

    /// <summary>The level of this process.</summary>
    public SimdLevel Level => level;

    /// <summary>Whether figures may be noisy.</summary>
    public bool Quick => quick;

    /// <summary>How to repeat.</summary>
    public Timing Timing => quick ? Timing.Quick : Timing.Full;

    /// <summary>The layout to time instead of the suite's own cases, if one was given.</summary>
    public NetworkCase? Given => given;

    /// <summary>Tells what is measured next, and looks at the peak.</summary>
    /// <param name="done">Cases done.</param>
    /// <param name="count">Cases in all.</param>
    /// <param name="what">The case.</param>
    public void Begin(int done, int count, string what) => Begin((double)done / count, what);

    /// <summary>Tells what is measured next, and looks at the peak.</summary>
    /// <param name="done">Share of the suite that is done.</param>
    /// <param name="what">The case.</param>
    public void Begin(double done, string what)
    {
        ChildMessage.Progress(done, what);
        LookAtPeak();
    }

    /// <summary>Says something to people.</summary>
    /// <param name="text">One line.</param>
    public void Note(string text) => ChildMessage.Note(text);

    /// <summary>Takes a row.</summary>
    /// <param name="row">The row; the peak is filled in unless it is there.</param>
    /// <param name="gflops">Useful GFLOP/s of all threads together, if the row has a fraction of the peak.</param>
    public void Add(BenchmarkResult row, double? gflops = null) => _rows.Add((row, gflops));

    /// <summary>Hands all rows over.</summary>
    public void Complete()
    {
        LookAtPeak();
        var peak = Sample.OfRates(_peaks).Quiet;
        ChildMessage.Peak(peak);
        foreach (var (row, gflops) in _rows)
        {
            if (gflops is not { } useful)
            {
                ChildMessage.Result(row);
                continue;
            }
            var own = row.FmaPeakGflops ?? peak;
            ChildMessage.Result(row with { FmaPeakGflops = own, FractionOfPeak = useful / own });
        }
    }

    private void LookAtPeak() => _peaks.Add(FmaPeak.Sample(level));
}
