using System.Diagnostics;

namespace Vsml.Benchmarks.Measurement;

/// <summary>How often and how long a piece of work is repeated.</summary>
/// <param name="Repetitions">Repetitions, of which the median counts.</param>
/// <param name="RepetitionSeconds">Least length of a repetition; short work is called many times in one.</param>
/// <param name="WarmUpSeconds">Time before the first repetition, in which the JIT settles.</param>
internal sealed record Timing(int Repetitions, double RepetitionSeconds, double WarmUpSeconds)
{
    /// <summary>For figures to report.</summary>
    public static readonly Timing Full = new(15, 0.15, 0.6);

    /// <summary>For a look.</summary>
    public static readonly Timing Quick = new(5, 0.03, 0.1);

    /// <summary>Times work.</summary>
    /// <param name="work">The work, the same at every call.</param>
    /// <returns>Seconds of one call.</returns>
    public Sample Measure(Action work)
    {
        var calls = WarmUp(work);
        var seconds = new double[Repetitions];
        for (var r = 0; r < seconds.Length; r++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var call = 0L; call < calls; call++) work();
            seconds[r] = Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
        }
        return Sample.Of(seconds);
    }

    /// <summary>Runs work until it is warm.</summary>
    /// <returns>How many calls make a repetition.</returns>
    private long WarmUp(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        var calls = 0L;
        double elapsed;
        do
        {
            work();
            calls++;
            elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        while (elapsed < WarmUpSeconds);
        return Math.Max(1, (long)Math.Ceiling(calls * RepetitionSeconds / elapsed));
    }
}
