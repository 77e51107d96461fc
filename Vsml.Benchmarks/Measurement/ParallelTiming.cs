using System.Diagnostics;

namespace Vsml.Benchmarks.Measurement;

/// <summary>Work that several threads do side by side, each its own.</summary>
internal static class ParallelTiming
{
    // Of long work.
    private const int LeastSamples = 4;

    /// <summary>Times each thread over many short samples while the others work too.</summary>
    /// <param name="works">One piece of work a thread.</param>
    /// <param name="seconds">How long to look, or longer for a few samples of long work.</param>
    /// <param name="sampleSeconds">Least length of a sample.</param>
    /// <returns>Calls per second in each sample, for each thread.</returns>
    public static IReadOnlyList<IReadOnlyList<double>> Rates(IReadOnlyList<Action> works, double seconds, double sampleSeconds)
    {
        var rates = works.Select(_ => new List<double>()).ToArray();
        var isOver = false;
        using var start = new Barrier(works.Count);
        var threads = works.Select((work, t) => new Thread(() =>
        {
            work();
            start.SignalAndWait();
            var from = Stopwatch.GetTimestamp();
            do
            {
                var rate = Timing.CallsPerSecond(work, sampleSeconds);
                // Another thread may have stopped meanwhile.
                if (Volatile.Read(ref isOver) && rates[t].Count > 0) return;
                rates[t].Add(rate);
            }
            while (rates[t].Count < LeastSamples || Stopwatch.GetElapsedTime(from).TotalSeconds < seconds);
            Volatile.Write(ref isOver, true);
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        return rates;
    }
}
