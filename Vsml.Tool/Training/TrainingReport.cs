using Spectre.Console;
using Vsml.MetaTraining;

namespace Vsml.Tool.Training;

/// <summary>Shows how a run goes: a live line with a bar on a terminal, plain lines otherwise.</summary>
internal static class TrainingReport
{
    private const int WidthWithBar = 120;

    /// <summary>Runs something that reports its progress.</summary>
    /// <typeparam name="T">What it results in.</typeparam>
    /// <param name="context">Where to print.</param>
    /// <param name="run">Given the progress to report to.</param>
    public static T Watch<T>(ToolContext context, Func<ITrainingProgress, T> run)
    {
        if (!context.IsInteractive) return run(new PlainTrainingProgress(context));
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Output) });
        var result = default(T)!;
        // The figures take 80 columns; the bar comes where there is room beside them.
        ProgressColumn[] bar = console.Profile.Width >= WidthWithBar ? [new ProgressBarColumn { Width = 30 }, new PercentageColumn()] : [];
        console.Progress()
            .AutoClear(false)
            .Columns([new TaskDescriptionColumn { Alignment = Justify.Left }, .. bar])
            .Start(display => result = run(new LiveTrainingProgress(display.AddTask("starting"), console)));
        return result;
    }
}
