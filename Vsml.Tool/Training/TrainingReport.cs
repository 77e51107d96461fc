using System.Text;
using Spectre.Console;
using Vsml.MetaTraining;

namespace Vsml.Tool.Training;

/// <summary>
/// Shows how a run goes: a live line with a bar on a terminal, plain lines otherwise. A run does not end because it cannot be shown.
/// </summary>
internal static class TrainingReport
{
    private const int WidthWithBar = 120;

    /// <summary>Runs something that reports its progress.</summary>
    /// <typeparam name="T">What it results in.</typeparam>
    /// <param name="context">Where to print.</param>
    /// <param name="run">Given the progress to report to.</param>
    /// <param name="summary">The last line, made of the result.</param>
    public static T Watch<T>(ToolContext context, Func<ITrainingProgress, T> run, Func<T, string> summary)
    {
        var shown = context with
        {
            Output = new GuardedWriter(context.Output, reason => context.Error.WriteLine($"vsml: The run goes on, but its progress cannot be shown: {reason}")),
        };
        var result = context.IsInteractive ? WatchLive(shown, run) : run(new PlainTrainingProgress(shown));
        shown.Output.WriteLine(summary(result));
        return result;
    }

    private static T WatchLive<T>(ToolContext context, Func<ITrainingProgress, T> run)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new Terminal(context.Output) });
        var result = default(T)!;
        // The figures take 80 columns; the bar comes where there is room beside them.
        ProgressColumn[] bar = console.Profile.Width >= WidthWithBar ? [new ProgressBarColumn { Width = 30 }, new PercentageColumn()] : [];
        console.Progress()
            .AutoClear(false)
            .Columns([new TaskDescriptionColumn { Alignment = Justify.Left }, .. bar])
            .Start(display => result = run(new LiveTrainingProgress(display.AddTask("starting"), console)));
        return result;
    }

    // What Spectre.Console would ask standard output itself.
    private sealed class Terminal(TextWriter writer) : IAnsiConsoleOutput
    {
        private readonly AnsiConsoleOutput _screen = new(Console.Out);

        public TextWriter Writer => writer;

        public bool IsTerminal => true;

        public int Width => _screen.Width;

        public int Height => _screen.Height;

        public void SetEncoding(Encoding encoding) => _screen.SetEncoding(encoding);
    }
}
