using Vsml.Evaluation;

namespace Vsml.Reporting;

/// <summary>What a page shows of meta-tests: learning curves, tables, and a matrix where there are several learners and data sets.</summary>
internal static class TestChapter
{
    private const int MostPoints = 300;

    /// <summary>The chapter.</summary>
    public static IEnumerable<PageBlock> Of(IReadOnlyList<TestResults> files)
    {
        var rows = files.SelectMany(file => file.Results.Select(result => (Name: files.Count > 1 ? $"{file.Name}: {result.Learner}" : result.Learner, Result: result))).ToList();
        var tasks = rows.GroupBy(row => row.Result.Task).ToList();
        yield return new HeadingBlock("Meta-test");
        yield return new ParagraphBlock(FormattableString.Invariant($"With meta-parameters fixed, learners learn one example after another; every prediction is made before its label is seen. A curve is the mean over episodes of the accuracy over the last {LearningCurve.Window} examples (all so far at the beginning), with 95 % confidence over episodes."));
        foreach (var task in tasks)
        {
            yield return new HeadingBlock(task.Key, 3);
            if (task.All(row => row.Result.Curve is null))
                yield return new WarningBlock("These results have no learning curves; 'vsml test --json FILE --curves' writes them.");
            else
                yield return new LineChartBlock($"Accuracy on {task.Key}", "examples seen (logarithmic)", "accuracy", [.. task.Where(row => row.Result.Curve is not null).Select(row => Line(row.Name, row.Result))]) { IsXLogarithmic = true, IsShare = true };
            yield return Table([.. task]);
        }
        foreach (var block in Matrix(rows)) yield return block;
    }

    private static ChartLine Line(string name, TestResult result)
    {
        var moving = new LearningCurve(name, "", result.Curve!).Moving(LearningCurve.Window);
        int[] places = [.. Places(moving.Length)];
        return ChartLine.WithBand(name, [.. places.Select(place => (double)place)], [.. places.Select(place => (double?)moving[place - 1])],
            [.. places.Select(place => result.CurveStandardErrors is { } errors && errors.Count >= place ? errors[place - 1] : (double?)null)]) with { IsEmphasised = result.IsOurs };
    }

    // Evenly along a logarithmic axis.
    private static IEnumerable<int> Places(int length) =>
        Enumerable.Range(0, MostPoints + 1).Select(i => (int)Math.Round(Math.Pow(length, i / (double)MostPoints))).Distinct();

    private static TableBlock Table(IReadOnlyList<(string Name, TestResult Result)> rows)
    {
        var ranges = rows.Select(row => row.Result.Range).Distinct().ToList();
        return new(["learner", .. ranges, "episodes"], [.. rows.GroupBy(row => row.Name).Select(learner => new TableRow(
            [learner.Key, .. ranges.Select(range => learner.FirstOrDefault(row => row.Result.Range == range).Result is { } found ? AccuracyText.Of(found.Accuracy, found.StandardError) : "–"), $"{learner.First().Result.Episodes}"],
            learner.First().Result.IsOurs))]);
    }

    private static IEnumerable<PageBlock> Matrix(IReadOnlyList<(string Name, TestResult Result)> rows)
    {
        var whole = rows.GroupBy(row => (row.Name, row.Result.Task)).ToDictionary(group => group.Key, group => group.MaxBy(row => row.Result.To - row.Result.From).Result);
        var (learners, tasks) = (whole.Keys.Select(key => key.Name).Distinct().ToList(), whole.Keys.Select(key => key.Task).Distinct().ToList());
        if (learners.Count < 2 || tasks.Count < 2) yield break;
        yield return new HeadingBlock("All learners on all data", 3);
        yield return new HeatMapBlock("Accuracy over whole episodes", learners, tasks,
            [.. learners.Select(learner => (IReadOnlyList<double?>)[.. tasks.Select(task => whole.GetValueOrDefault((learner, task))?.Accuracy)])]) { IsShare = true };
    }
}
