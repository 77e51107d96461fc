using Vsml.Contracts;

namespace Vsml.Benchmarks.Measurement;

/// <summary>The rate that a number of threads reached together.</summary>
/// <param name="Threads">Number of threads.</param>
/// <param name="CallsPerSecond">Calls of all threads together.</param>
/// <param name="PeakGflops">FMA peak of as many threads side by side.</param>
/// <param name="RatioToOne">The rate over that of one thread: the median over turns, as two threads are seldom left alone at once.</param>
internal sealed record ThreadRate(int Threads, Sample CallsPerSecond, double PeakGflops, double RatioToOne);

/// <summary>Times one thread, then two, in turns, so that both meet the same machine.</summary>
internal static class ThreadScaling
{
    /// <summary>Times one and two threads, or one alone where the machine has no more.</summary>
    /// <param name="create">Makes the work of one thread.</param>
    /// <param name="run">Level and repetitions.</param>
    public static IReadOnlyList<ThreadRate> Measure(Func<Action> create, SuiteRun run)
    {
        int[] counts = Environment.ProcessorCount < 2 ? [1] : [1, 2];
        if (counts.Length == 1) run.Note("This machine has one core; nothing is timed with two threads.");
        var works = counts.Select(count => Enumerable.Range(0, count).Select(_ => create()).ToArray()).ToArray();
        var seconds = run.Timing.RepetitionSeconds;
        foreach (var work in works.SelectMany(each => each)) run.Timing.WarmUp(work);

        var rates = counts.Select(_ => new List<double>()).ToArray();
        var peaks = counts.Select(_ => new List<double>()).ToArray();
        for (var r = 0; r < run.Timing.Repetitions; r++)
            for (var i = 0; i < counts.Length; i++)
            {
                rates[i].Add(ParallelTiming.CallsPerSecond(works[i], seconds));
                peaks[i].Add(PeakGflops(counts[i], run.Level, seconds / 4));
            }
        return [.. counts.Select((count, i) => new ThreadRate(
            count, Sample.OfRates(rates[i]), Sample.OfRates(peaks[i]).Quiet, Sample.OfRates(rates[i].Zip(rates[0], (many, one) => many / one)).Median))];
    }

    private static double PeakGflops(int threads, SimdLevel level, double seconds) =>
        ParallelTiming.CallsPerSecond([.. Enumerable.Repeat<Action>(() => FmaPeak.Chunk(level), threads)], seconds) * FmaPeak.ChunkFlops(level) / 1e9;
}
