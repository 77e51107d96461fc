using Spectre.Console;

namespace Vsml.Tool.Training;

/// <summary>A bar on a terminal; plain lines otherwise, now and then.</summary>
internal static class ProgressLine
{
    /// <summary>Told how far work has come.</summary>
    /// <param name="done">Steps done.</param>
    /// <param name="all">Steps of the whole.</param>
    /// <param name="text">What to show beside it.</param>
    /// <param name="isMilestone">Whether it is worth a line where there is no bar.</param>
    public delegate void Report(int done, int all, string text, bool isMilestone);

    /// <summary>Runs work that reports how far it has come.</summary>
    /// <typeparam name="T">What it results in.</typeparam>
    /// <param name="context">Where to print.</param>
    /// <param name="title">What to show before the first report.</param>
    /// <param name="work">The work.</param>
    public static T Watch<T>(ToolContext context, string title, Func<Report, T> work)
    {
        if (!context.IsInteractive)
            return work((done, all, text, isMilestone) =>
            {
                if (isMilestone) context.Output.WriteLine(FormattableString.Invariant($"{done}/{all}  {text}"));
            });
        var result = default(T)!;
        AnsiConsole.Progress().AutoClear(true).Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 30 }, new PercentageColumn())
            .Start(display =>
            {
                var bar = display.AddTask(title);
                result = work((done, all, text, _) => (bar.MaxValue, bar.Value, bar.Description) = (all, done, Markup.Escape(text)));
            });
        return result;
    }
}
