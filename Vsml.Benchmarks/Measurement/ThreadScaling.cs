using Vsml.Contracts;

namespace Vsml.Benchmarks.Measurement;

/// <summary>The rate that a number of threads reached together.</summary>
/// <param name="Threads">Number of threads.</param>
/// <param name="CallsPerSecond">Calls of all threads together: the sum of what each reached in its quiet moments while the others worked.</param>
/// <param name="Spread">The largest spread of a thread.</param>
/// <param name="PeakGflops">FMA peak of as many threads side by side, likewise.</param>
internal sealed record ThreadRate(int Threads, double CallsPerSecond, double Spread, double PeakGflops);

/// <summary>Times one thread, then two, in turns, so that both meet the same machine.</summary>
internal static class ThreadScaling
{
    private const int Turns = 10;

    /// <summary>Times one and two threads, or one alone where the machine has no more.</summary>
    /// <param name="create">Makes the work of one thread.</param>
    /// <param name="run">Level and repetitions.</param>
    public static IReadOnlyList<ThreadRate> Measure(Func<Action> create, SuiteRun run)
    {
        int[] counts = Environment.ProcessorCount < 2 ? [1] : [1, 2];
        if (counts.Length == 1) run.Note("This machine has one core; nothing is timed with two threads.");
        var works = counts.Select(count => Enumerable.Range(0, count).Select(_ => create()).ToArray()).ToArray();
        Action peak = () => FmaPeak.Chunk(run.Level);
        foreach (var work in works.SelectMany(each => each)) run.Timing.WarmUp(work);

        var sample = run.Timing.RepetitionSeconds;
        var seconds = run.Timing.Repetitions * sample / Turns;
        var rates = counts.Select(count => Enumerable.Range(0, count).Select(_ => new List<double>()).ToArray()).ToArray();
        var peaks = counts.Select(count => Enumerable.Range(0, count).Select(_ => new List<double>()).ToArray()).ToArray();
        for (var turn = 0; turn < Turns; turn++)
            for (var i = 0; i < counts.Length; i++)
            {
                Add(rates[i], ParallelTiming.Rates(works[i], seconds, sample));
                Add(peaks[i], ParallelTiming.Rates([.. Enumerable.Repeat(peak, counts[i])], seconds / 4, sample));
            }
        return [.. counts.Select((count, i) => new ThreadRate(
            count, Sum(rates[i]), rates[i].Max(thread => Sample.OfRates(thread).Spread), Sum(peaks[i]) * FmaPeak.ChunkFlops(run.Level) / 1e9))];
    }

    private static void Add(List<double>[] to, IReadOnlyList<IReadOnlyList<double>> rates)
    {
        for (var t = 0; t < to.Length; t++) to[t].AddRange(rates[t]);
    }

    // A thread's quiet moments need not be the other's: to wait for both at once would be to wait for ever on a shared machine.
    private static double Sum(IEnumerable<List<double>> threads) => threads.Sum(rates => Sample.OfRates(rates).Quiet);
}
