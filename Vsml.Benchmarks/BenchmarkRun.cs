using Spectre.Console;
using Vsml.Benchmarks.Processes;
using Vsml.Benchmarks.Reporting;
using Vsml.Benchmarks.Suites;
using Vsml.Contracts;

namespace Vsml.Benchmarks;

/// <summary>A run as people see it: starts a process for every suite and level, shows how far it is, prints and writes the figures.</summary>
internal static class BenchmarkRun
{
    // Output that goes into a file has no width of its own.
    private const int RedirectedWidth = 200;

    /// <summary>Measures and shows.</summary>
    /// <param name="options">What to measure.</param>
    /// <exception cref="VsmlException">The layout is wrong, a measuring process failed, or the file cannot be written.</exception>
    public static void Run(BenchmarkOptions options)
    {
        var console = CreateConsole();
        if (options.JsonPath is { } place) Files.AtomicFile.Check(place);
        if (options.ArchitecturePath is { } path) Files.ArchitectureJson.Read(path);
        var names = options.Suites.Count > 0 ? options.Suites.Distinct() : options.ArchitecturePath is null ? SuiteList.Names : SuiteList.TimingArchitectures;
        var figures = Measure([.. names.Select(SuiteList.Find)], options, console);

        ResultTable.Print(console, figures.Rows);
        console.WriteLine(FormattableString.Invariant($"FMA peak of one core, {SimdLevels.Widest.Name()}: {figures.Peak:0.0} GFLOP/s"));
        foreach (var note in figures.Notes) console.WriteLine(note);
        if (options.JsonPath is { } json) BenchmarkReport.Write(json, figures.Peak, figures.Rows);
    }

    private static IAnsiConsole CreateConsole()
    {
        if (!Console.IsOutputRedirected) return AnsiConsole.Console;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = RedirectedWidth;
        return console;
    }

    private static Figures Measure(IReadOnlyList<ISuite> suites, BenchmarkOptions options, IAnsiConsole console)
    {
        var figures = new Figures();
        console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(progress =>
            {
                var work = (from suite in suites
                            from level in suite.Levels(SimdLevels.Widest)
                            select (Suite: suite, Level: level, Task: progress.AddTask(Markup.Escape($"{suite.Name} {level.Name()}"), autoStart: false))).ToArray();
                foreach (var suite in work.GroupBy(item => item.Suite))
                {
                    var rows = new List<BenchmarkResult>();
                    foreach (var (_, level, task) in suite)
                    {
                        task.StartTask();
                        MeasuringProcess.Run(suite.Key.Name, level, options, new Listener(figures, rows, level, task, task.Description));
                        task.Value = task.MaxValue;
                        task.StopTask();
                    }
                    figures.Rows.AddRange(suite.Key.Compare(rows));
                }
            });
        return figures;
    }

    private sealed class Figures
    {
        public List<BenchmarkResult> Rows { get; } = [];

        public List<string> Notes { get; } = [];

        public double Peak { get; set; }
    }

    private sealed class Listener(Figures figures, List<BenchmarkResult> rows, SimdLevel level, ProgressTask task, string title) : IChildListener
    {
        public void OnResult(BenchmarkResult row) => rows.Add(row);

        public void OnNote(string text) => figures.Notes.Add(text);

        public void OnPeak(double gflops)
        {
            if (level == SimdLevels.Widest) figures.Peak = Math.Max(figures.Peak, gflops);
        }

        public void OnProgress(double fraction, string what)
        {
            task.Value = fraction * task.MaxValue;
            task.Description = Markup.Escape($"{title} {what}");
        }
    }
}
