using Vsml.MetaTraining;

namespace Vsml.Reporting;

/// <summary>What a page shows of a sweep: its table, what is missing, and the curves of its runs.</summary>
internal static class SweepChapter
{
    // More lines than that nobody tells apart, and pages would have no bounds.
    private const int MostCurves = 24, MostNamed = 10;

    /// <summary>The chapter.</summary>
    public static IEnumerable<PageBlock> Of(IReadOnlyList<SweepResult> results, string folder, string grid)
    {
        yield return new HeadingBlock($"{results.Count} {(results.Count == 1 ? "run" : "runs")}");
        foreach (var warning in Missing(results)) yield return warning;
        var table = SweepTable.Of(results);
        var best = results.Count > 1 ? Ordered(results).FirstOrDefault(result => result.Iteration > 0) : null;
        yield return new TableBlock(table.Columns, [.. table.Rows.Zip(results, (row, result) => new TableRow(row, result == best))]);

        var (logs, problems) = Read(Ordered(results), folder);
        foreach (var problem in problems) yield return problem;
        if (logs.Count > 0)
        {
            yield return new HeadingBlock(logs.Count == results.Count ? "Curves" : $"Curves of {logs.Count} of {results.Count} runs");
            foreach (var block in RunChapter.Incomparable(logs)) yield return block;
            foreach (var chart in RunChapter.TrainingCharts(logs)) yield return chart;
            foreach (var block in RunChapter.Evaluations(logs)) yield return block;
        }
        yield return new DetailsBlock("How to go on, or run it again", $"""
            vsml sweep {RunChapter.Quoted(grid)} --out {RunChapter.Quoted(folder)}
            vsml sweep {RunChapter.Quoted(grid)} --out NEW_FOLDER
            """);
    }

    private static IEnumerable<PageBlock> Missing(IReadOnlyList<SweepResult> results)
    {
        foreach (var (status, words) in new[] { ("waiting", "not begun yet"), ("stopped", "stopped before the end, or still running"), ("failed", "failed") })
            if (results.Where(result => result.Status == status).ToList() is { Count: > 0 } some)
                yield return new WarningBlock($"{some.Count} of {results.Count} runs {words}: {string.Join("; ", some.Take(MostNamed).Select(Described))}{(some.Count > MostNamed ? $"; and {some.Count - MostNamed} more" : "")}.");
    }

    private static string Described(SweepResult result) => result.Status switch
    {
        "stopped" => FormattableString.Invariant($"{result.Run.Name} (iteration {result.Iteration} of {result.Run.Configuration.Iterations})"),
        "failed" => $"{result.Run.Name} ({result.Error!.TrimEnd('.')})",
        _ => result.Run.Name,
    };

    // The best first: by the meta-tests' score, where there is none by the loss.
    private static IEnumerable<SweepResult> Ordered(IReadOnlyList<SweepResult> results) =>
        results.OrderByDescending(result => result.Score ?? double.NegativeInfinity).ThenBy(result => result.Loss ?? double.PositiveInfinity);

    // Of the best ones, in the order of the table.
    private static (IReadOnlyList<RunLog> Logs, IReadOnlyList<WarningBlock> Problems) Read(IEnumerable<SweepResult> ordered, string folder)
    {
        var (logs, problems) = (new List<RunLog>(), new List<WarningBlock>());
        foreach (var run in ordered.Where(result => result.Iteration > 0).Take(MostCurves).Select(result => result.Run).OrderBy(run => run.Name, StringComparer.Ordinal))
            try
            {
                var log = RunLog.Read(Path.Combine(folder, run.Name));
                log.Name = run.Name;
                logs.Add(log);
            }
            catch (VsmlException exception)
            {
                problems.Add(new WarningBlock($"{run.Name} has no curves here: {exception.Message}"));
            }
        return (logs, problems);
    }
}
