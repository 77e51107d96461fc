using System.Diagnostics;
using System.Runtime;

namespace Vsml.Benchmarks.Measurement;

/// <summary>How often and how long a piece of work is repeated.</summary>
/// <param name="Repetitions">Repetitions, if they are no longer than they need be.</param>
/// <param name="RepetitionSeconds">Least length of a repetition; short work is called many times in one.</param>
/// <param name="WarmUpSeconds">Least time before the first repetition, and the time for which the JIT has to rest first.</param>
internal sealed record Timing(int Repetitions, double RepetitionSeconds, double WarmUpSeconds)
{
    // Work that is long itself is repeated less often, but not less than this.
    private const int LeastRepetitions = 9, Turns = 20;
    private const double MostWarmUpSeconds = 15;

    /// <summary>For figures to report: repetitions are short, so that many fall between two disturbances.</summary>
    public static readonly Timing Full = new(400, 0.005, 0.6);

    /// <summary>For a look.</summary>
    public static readonly Timing Quick = new(60, 0.0025, 0.1);

    /// <summary>Times work.</summary>
    /// <param name="work">The work, the same at every call.</param>
    /// <returns>Seconds of one call.</returns>
    public Sample Measure(Action work) => Sample.OfTimes(Repeat(work, WarmUp(work), Repetitions, LeastRepetitions));

    /// <summary>Times pieces of work in turns, so that all meet the same machine and their ratios mean something.</summary>
    /// <param name="works">The pieces.</param>
    /// <param name="begin">Told before a turn of a piece: the share that is done, and the index of the piece.</param>
    /// <returns>Seconds of one call, for each piece.</returns>
    public IReadOnlyList<Sample> MeasureInTurns(IReadOnlyList<Action> works, Action<double, int> begin)
    {
        var calls = new long[works.Count];
        var seconds = works.Select(_ => new List<double>()).ToArray();
        for (var turn = 0; turn < Turns; turn++)
            for (var i = 0; i < works.Count; i++)
            {
                begin((turn + (double)i / works.Count) / Turns, i);
                if (turn == 0) calls[i] = WarmUp(works[i]);
                else works[i]();
                seconds[i].AddRange(Repeat(works[i], calls[i], Repetitions / Turns, 1));
            }
        return [.. seconds.Select(Sample.OfTimes)];
    }

    /// <summary>Calls work for some time.</summary>
    /// <param name="work">The work.</param>
    /// <param name="seconds">Least time; at least one call.</param>
    public static double CallsPerSecond(Action work, double seconds)
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
        while (elapsed < seconds);
        return calls / elapsed;
    }

    private List<double> Repeat(Action work, long calls, int repetitions, int least)
    {
        var seconds = new List<double>(repetitions);
        var left = repetitions * RepetitionSeconds * 2;
        while (seconds.Count < repetitions && (left > 0 || seconds.Count < least))
        {
            var start = Stopwatch.GetTimestamp();
            for (var call = 0L; call < calls; call++) work();
            var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            seconds.Add(elapsed / calls);
            left -= elapsed;
        }
        return seconds;
    }

    /// <summary>
    /// Runs work until it is warm: the JIT optimises in the background, and after a compilation by Roslyn it has thousands of methods to do first.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <returns>How many calls make a repetition.</returns>
    public long WarmUp(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        var (calls, compiled, rest) = (0L, 0L, start);
        double elapsed;
        do
        {
            work();
            calls++;
            elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (JitInfo.GetCompiledMethodCount() is var count && count != compiled) (compiled, rest) = (count, Stopwatch.GetTimestamp());
        }
        while (elapsed < WarmUpSeconds || elapsed < MostWarmUpSeconds && Stopwatch.GetElapsedTime(rest).TotalSeconds < WarmUpSeconds);
        return Math.Max(1, (long)Math.Ceiling(calls * RepetitionSeconds / elapsed));
    }
}
