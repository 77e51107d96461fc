using System.Globalization;
using Spectre.Console;
using Vsml.Evaluation;

namespace Vsml.Tool.Commands;

/// <summary>Accuracies of a meta-test: a table for people, one line per learner and range, separated by tabs, otherwise.</summary>
internal static class AccuracyReport
{
    /// <summary>Prints the accuracies.</summary>
    /// <param name="report">What came out.</param>
    /// <param name="context">Where to print.</param>
    public static void Print(MetaTestReport report, ToolContext context)
    {
        if (context.IsInteractive) PrintTable(report, context.Output);
        else
            foreach (var result in report.Results)
                context.Output.WriteLine(string.Join('\t', result.Learner, Range(result), Accuracy(result), result.Variant).TrimEnd());
    }

    private static void PrintTable(MetaTestReport report, TextWriter output)
    {
        var ranges = report.Results.Select(Range).Distinct().ToList();
        var table = new Table().Border(TableBorder.Rounded).AddColumn("examples");
        foreach (var range in ranges) table.AddColumn(new TableColumn(range).RightAligned());
        foreach (var learner in report.Results.GroupBy(result => result.Learner))
            table.AddRow([learner.Key, .. ranges.Select(range => learner.Where(result => Range(result) == range).Select(Accuracy).FirstOrDefault(""))]);
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }).Write(table);
    }

    private static string Range(MetaTestResult result) => string.Create(CultureInfo.InvariantCulture, $"{result.From}-{result.To}");

    private static string Accuracy(MetaTestResult result) => AccuracyText.Of(result.Accuracy, result.StandardError);
}
