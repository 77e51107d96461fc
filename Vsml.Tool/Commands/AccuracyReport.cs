using System.Globalization;
using Spectre.Console;
using Vsml.Evaluation;
using Vsml.Reporting;

namespace Vsml.Tool.Commands;

/// <summary>
/// Meta-tests side by side: accuracies; with several data sets the mean ranks; with several learners how far the first is ahead of the
/// others on the same episodes. One table for people; otherwise a line for every figure, separated by tabs.
/// </summary>
internal static class AccuracyReport
{
    /// <summary>Prints the results.</summary>
    /// <param name="tests">Meta-tests of the same learners, at least one.</param>
    /// <param name="context">Where to print.</param>
    public static void Print(IReadOnlyList<NamedMetaTest> tests, ToolContext context)
    {
        if (context.IsInteractive) PrintTable(tests, context.Output);
        else PrintLines(tests, context.Output);
    }

    private static void PrintLines(IReadOnlyList<NamedMetaTest> tests, TextWriter output)
    {
        foreach (var test in tests)
            foreach (var result in test.Report.Results)
                output.WriteLine(string.Join('\t', (string[])[.. tests.Count > 1 ? [NameOf(test)] : Array.Empty<string>(), result.Learner, Range((result.From, result.To)), Accuracy(result), result.Variant]).TrimEnd());
        foreach (var comparison in Comparisons(tests))
        {
            var name = NameOf(comparison.Horizon, tests);
            if (tests.Count > 1)
                foreach (var learner in comparison.Learners) output.WriteLine(string.Join('\t', "rank", learner.Learner, name, Rank(learner)));
            foreach (var learner in comparison.Learners.Skip(1))
                output.WriteLine(string.Join('\t', (string[])["lead", $"{comparison.Learners[0].Learner} - {learner.Learner}", name, Lead(learner), .. tests.Count > 1 ? [Counts(learner)] : Array.Empty<string>()]));
        }
    }

    private static void PrintTable(IReadOnlyList<NamedMetaTest> tests, TextWriter output)
    {
        var horizons = Horizons(tests);
        string[] learners = [.. tests[0].Report.Curves.Select(curve => curve.Learner)];
        var table = new Table().Border(TableBorder.Rounded).AddColumn("examples");
        foreach (var horizon in horizons) table.AddColumn(new TableColumn(NameOf(horizon, tests)).RightAligned());
        foreach (var test in tests)
        {
            if (tests.Count > 1) Section(NameOf(test));
            foreach (var learner in learners) Row(learner, horizon => test.Report.Find(learner, horizon) is { } result ? Accuracy(result) : "");
        }
        var comparisons = Comparisons(tests);
        if (comparisons.Count > 0 && tests.Count > 1)
        {
            Section($"mean rank of {learners.Length}");
            for (var l = 0; l < learners.Length; l++) Row(learners[l], horizon => Rank(Find(horizon).Learners[l]));
        }
        if (comparisons.Count > 0)
        {
            Section($"lead of {learners[0]} over");
            table.Caption("Leads are differences on the same episodes." + (tests.Count > 1 ? " 2/1/0: data sets where the lead is above, within and below two standard errors." : ""));
            for (var l = 1; l < learners.Length; l++) Row(learners[l], horizon => Lead(Find(horizon).Learners[l]) + (tests.Count > 1 ? " " + Counts(Find(horizon).Learners[l]) : ""));
        }
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }).Write(table);

        MetaTestComparison Find(Horizon horizon) => comparisons.First(comparison => comparison.Horizon == horizon);

        void Row(string name, Func<Horizon, string> cell) => table.AddRow([name, .. horizons.Select(cell)]);

        void Section(string name)
        {
            if (table.Rows.Count > 0) table.AddEmptyRow();
            table.AddRow(new Markup($"[bold]{Markup.Escape(name)}[/]"));
        }
    }

    // Episodes that are too short to tell two horizons apart show the first alone.
    private static List<Horizon> Horizons(IReadOnlyList<NamedMetaTest> tests) =>
        [.. Horizon.All.Where(horizon => tests.Any(test => horizon.In(test.Report.Length) is not null))
            .DistinctBy(horizon => string.Join(' ', tests.Select(test => horizon.In(test.Report.Length))))];

    // A single learner compares with nobody.
    private static List<MetaTestComparison> Comparisons(IReadOnlyList<NamedMetaTest> tests) =>
        [.. MetaTestComparison.Of(tests).Where(comparison => comparison.Learners.Count > 1 && Horizons(tests).Contains(comparison.Horizon))];

    private static string NameOf(Horizon horizon, IReadOnlyList<NamedMetaTest> tests) =>
        tests.Count == 1 ? Range(horizon.In(tests[0].Report.Length)!.Value) : horizon.Name;

    private static string NameOf(NamedMetaTest test) => test.Projected ? $"{test.Data} projected" : test.Data;

    private static string Range((int From, int To) range) => string.Create(CultureInfo.InvariantCulture, $"{range.From}-{range.To}");

    private static string Accuracy(MetaTestResult result) => AccuracyText.Of(result.Accuracy, result.StandardError);

    private static string Rank(LearnerComparison learner) => learner.Rank.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Lead(LearnerComparison learner) =>
        (learner.Lead.Mean < 0 ? "" : "+") + AccuracyText.Of(learner.Lead.Mean, learner.Lead.StandardError);

    private static string Counts(LearnerComparison learner) =>
        string.Create(CultureInfo.InvariantCulture, $"{learner.Lead.Ahead}/{learner.Lead.Even}/{learner.Lead.Behind}");
}
