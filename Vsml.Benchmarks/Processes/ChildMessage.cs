using Vsml.Benchmarks.Reporting;

namespace Vsml.Benchmarks.Processes;

/// <summary>What a measuring process tells its parent, one line of its standard output each.</summary>
internal static class ChildMessage
{
    private const string ResultKey = "result ", NoteKey = "note ", ProgressKey = "progress ", PeakKey = "peak ";

    /// <summary>Tells a row.</summary>
    /// <param name="row">The row.</param>
    public static void Result(BenchmarkResult row) => Write(ResultKey + row.ToJson());

    /// <summary>Tells something that a person should read.</summary>
    /// <param name="text">One line.</param>
    public static void Note(string text) => Write(NoteKey + text);

    /// <summary>Tells how far the suite is.</summary>
    /// <param name="fraction">From 0 to 1.</param>
    /// <param name="what">What is measured now.</param>
    public static void Progress(double fraction, string what) => Write(FormattableString.Invariant($"{ProgressKey}{fraction:R} {what}"));

    /// <summary>Tells the peak of the process.</summary>
    /// <param name="gflops">GFLOP/s of one thread.</param>
    public static void Peak(double gflops) => Write(FormattableString.Invariant($"{PeakKey}{gflops:R}"));

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="listener">Is told what it says.</param>
    public static void Read(string line, IChildListener listener)
    {
        if (After(ResultKey) is { } result) listener.OnResult(BenchmarkResult.Parse(result));
        else if (After(NoteKey) is { } note) listener.OnNote(note);
        else if (After(PeakKey) is { } peak) listener.OnPeak(double.Parse(peak, System.Globalization.CultureInfo.InvariantCulture));
        else if (After(ProgressKey) is { } progress)
        {
            var space = progress.IndexOf(' ', StringComparison.Ordinal);
            listener.OnProgress(double.Parse(progress.AsSpan(0, space), System.Globalization.CultureInfo.InvariantCulture), progress[(space + 1)..]);
        }

        string? After(string key) => line.StartsWith(key, StringComparison.Ordinal) ? line[key.Length..] : null;
    }

    private static void Write(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}

/// <summary>Takes what a measuring process tells.</summary>
internal interface IChildListener
{
    /// <summary>A row.</summary>
    void OnResult(BenchmarkResult row);

    /// <summary>A line for people.</summary>
    void OnNote(string text);

    /// <summary>How far the suite is.</summary>
    void OnProgress(double fraction, string what);

    /// <summary>The process's FMA peak.</summary>
    void OnPeak(double gflops);
}
