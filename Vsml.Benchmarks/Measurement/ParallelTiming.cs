using System.Diagnostics;

namespace Vsml.Benchmarks.Measurement;

/// <summary>Work that several threads do side by side, each its own.</summary>
internal static class ParallelTiming
{
    /// <summary>How often per second the work is done by all threads together.</summary>
    /// <param name="works">One piece of work a thread.</param>
    /// <param name="seconds">How long to look.</param>
    public static double CallsPerSecond(IReadOnlyList<Action> works, double seconds)
    {
        var rates = new double[works.Count];
        using var start = new Barrier(works.Count);
        var threads = works.Select((work, t) => new Thread(() =>
        {
            work();
            start.SignalAndWait();
            var from = Stopwatch.GetTimestamp();
            var calls = 0L;
            double elapsed;
            do
            {
                work();
                calls++;
                elapsed = Stopwatch.GetElapsedTime(from).TotalSeconds;
            }
            while (elapsed < seconds);
            rates[t] = calls / elapsed;
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        return rates.Sum();
    }
}
