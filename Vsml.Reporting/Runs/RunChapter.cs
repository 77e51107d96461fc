using System.Globalization;

namespace Vsml.Reporting;

/// <summary>What a page shows of runs: how they went, side by side, and how to run them again.</summary>
internal static class RunChapter
{
    private const int MostPoints = 600, MostDifferences = 40;

    // Of the machine and of the record, not of what was asked for.
    private static readonly string[] s_notCompared = ["simd", "device", "data[", "initialThetaSha256", "checkpoints."];

    /// <summary>The chapter.</summary>
    public static IEnumerable<PageBlock> Of(IReadOnlyList<RunLog> runs)
    {
        yield return new HeadingBlock(runs.Count == 1 ? "Meta-training" : $"Meta-training: {runs.Count} runs");
        foreach (var run in runs)
            foreach (var problem in run.Problems) yield return new WarningBlock($"{run.Name}: {problem}");
        foreach (var block in Differences(runs)) yield return block;
        yield return Summary(runs);
        foreach (var chart in TrainingCharts(runs)) yield return chart;
        foreach (var block in Evaluations(runs)) yield return block;
        yield return new HeadingBlock("Configuration", 3);
        foreach (var run in runs)
        {
            yield return new DetailsBlock($"{run.Name}: run.json", run.Configuration.TrimEnd());
            yield return new DetailsBlock($"{run.Name}: how to run it again", Again(run));
        }
    }

    private static string Again(RunLog run) => $"""
        vsml train --config {Quoted(Path.Combine(run.Path, "run.json"))} --out NEW_FOLDER{(run.Field("backend") is { Length: > 0 } backend ? $" --backend {backend}" : "")}
        vsml train --resume {Quoted(run.Path)}
        vsml test --theta {Quoted(Path.Combine(run.Path, "theta.safetensors"))} --data mnist --baselines --json results.json --curves
        """;

    /// <summary>A path as a shell takes it.</summary>
    public static string Quoted(string path) => path.All(c => char.IsLetterOrDigit(c) || c is '/' or '.' or '-' or '_') ? path : $"'{path.Replace("'", "'\\''")}'";

    /// <summary>What forbids to compare runs; nothing where they belong together.</summary>
    public static IEnumerable<PageBlock> Incomparable(IReadOnlyList<RunLog> runs) => Incomparable(Differing(runs));

    /// <summary>Curves of meta-iterations, a line for each run.</summary>
    public static IEnumerable<PageBlock> TrainingCharts(IReadOnlyList<RunLog> runs) =>
        new LineChartBlock?[]
        {
            Chart(runs, "Loss on the training tasks, per example that counts", "loss", point => point.Loss),
            Chart(runs, "Accuracy on the training tasks (it drops where tasks become harder)", "accuracy", point => point.Accuracy) is { } accuracy ? accuracy with { IsShare = true } : null,
            Chart(runs, "Norm of the gradient, before clipping", "gradient norm", point => point.GradientNorm is > 0 and var norm ? norm : null) is { } norm ? norm with { IsYLogarithmic = true } : null,
            Chart(runs, "Learning rate", "learning rate", point => point.LearningRate),
            Chart(runs, "Speed", "examples/s", point => point.ExamplesPerSecond),
        }.OfType<LineChartBlock>();

    private static List<string> Differing(IReadOnlyList<RunLog> runs) =>
        [.. runs.SelectMany(run => run.Fields.Keys).Distinct()
            .Where(field => !s_notCompared.Any(prefix => field.StartsWith(prefix, StringComparison.Ordinal)))
            .Where(field => runs.Select(run => run.Field(field)).Distinct().Count() > 1)];

    private static IEnumerable<PageBlock> Incomparable(List<string> differing)
    {
        if (differing.Any(field => field.StartsWith("tasks[", StringComparison.Ordinal)))
            yield return new WarningBlock("These runs do not belong together: they were meta-trained on different tasks, so their losses and accuracies in training cannot be compared.");
        if (differing.Any(field => field.StartsWith("evaluation.tasks", StringComparison.Ordinal) || field.StartsWith("evaluation.episode", StringComparison.Ordinal)))
            yield return new WarningBlock("Their periodic meta-tests differ too, so their scores cannot be compared.");
    }

    private static IEnumerable<PageBlock> Differences(IReadOnlyList<RunLog> runs)
    {
        if (runs.Count == 1) yield break;
        var differing = Differing(runs);
        foreach (var warning in Incomparable(differing)) yield return warning;
        if (differing.Count == 0)
        {
            yield return new ParagraphBlock("The configurations of these runs are the same.");
            yield break;
        }
        yield return new ParagraphBlock($"Where the configurations differ{(differing.Count > MostDifferences ? $" (the first {MostDifferences} of {differing.Count} fields)" : "")}:");
        yield return new TableBlock(["field", .. runs.Select(run => run.Name)], [.. differing.Take(MostDifferences).Select(field =>
            new TableRow([field, .. runs.Select(run => run.Field(field) is { Length: > 0 } value ? value : "–")]))]);
    }

    private static TableBlock Summary(IReadOnlyList<RunLog> runs) => new(
        ["run", "estimator", "seed", "iterations", "best meta-test", "last loss", "examples/s", "backend"],
        [.. runs.Select(run => new TableRow(
        [
            run.Name,
            run.Field("estimator.type"),
            run.Field("seed"),
            Text($"{run.Iterations.LastOrDefault()?.Iteration ?? 0} of {run.PlannedIterations}"),
            run.Evaluations.MaxBy(evaluation => evaluation.Score) is { } best ? Text($"{best.Score:.000} at {best.Iteration}") : "–",
            run.Iterations.LastOrDefault(point => point.Loss is not null)?.Loss?.ToString("0.000", CultureInfo.InvariantCulture) ?? "–",
            run.Iterations.Where(point => point.ExamplesPerSecond is not null).Select(point => point.ExamplesPerSecond!.Value).DefaultIfEmpty().Average().ToString("0", CultureInfo.InvariantCulture),
            run.Field("backend") is { Length: > 0 } backend ? $"{backend} {run.Field("device")}" : $"cpu {run.Field("simd")}",
        ]))]);

    private static LineChartBlock? Chart(IReadOnlyList<RunLog> runs, string title, string y, Func<MetricsPoint, double?> value)
    {
        var lines = runs.Where(run => run.Iterations.Any(point => value(point) is not null)).Select(run =>
        {
            // Means over neighbours; a screen has no room for more.
            var chunks = run.Iterations.Chunk(Math.Max(1, (run.Iterations.Count + MostPoints - 1) / MostPoints)).ToList();
            return new ChartLine(run.Name, [.. chunks.Select(chunk => (double)chunk[^1].Iteration)], [.. chunks.Select(chunk => chunk.Select(value).Average())]);
        }).ToList();
        return lines.Count > 0 ? new(title, "meta-iteration", y, lines) : null;
    }

    /// <summary>Periodic meta-tests, a line for each run.</summary>
    public static IEnumerable<PageBlock> Evaluations(IReadOnlyList<RunLog> runs)
    {
        var tested = runs.Where(run => run.Evaluations.Count > 0).ToList();
        if (tested.Count == 0) yield break;
        yield return new HeadingBlock("Meta-test during meta-training", 3);
        yield return new ParagraphBlock("Accuracy over whole episodes of tasks that the run does not train on, each prediction made before the label is seen; bands are 95 % confidence over episodes. The best score decides which theta is kept.");
        if (tested.Count > 1)
            yield return Accuracies("Score: mean over the tasks", [.. tested.Select(run => new ChartLine(run.Name, Places(run), [.. run.Evaluations.Select(evaluation => (double?)evaluation.Score)]) { HasPoints = true })]);
        var tasks = tested.SelectMany(run => run.Evaluations.SelectMany(evaluation => evaluation.Tasks.Select(task => task.Task))).Distinct().ToList();
        if (tested.Count == 1)
            yield return Accuracies("Accuracy on each task", [.. tasks.Select(task => TaskLine(tested[0], task, task))]);
        else
            foreach (var task in tasks)
                yield return Accuracies($"Accuracy on {task}", [.. tested.Where(run => run.Evaluations.Any(evaluation => Find(evaluation, task) is not null)).Select(run => TaskLine(run, task, run.Name))]);
        yield return new TableBlock(["task", .. tested.Select(run => $"{run.Name}, best")], [.. tasks.Select(task => new TableRow(
            [task, .. tested.Select(run => Find(run.Evaluations.MaxBy(evaluation => evaluation.Score)!, task) is { } found ? AccuracyText.Of(found.Accuracy, found.StandardError) : "–")]))]);
    }

    private static LineChartBlock Accuracies(string title, IReadOnlyList<ChartLine> lines) => new(title, "meta-iteration", "accuracy", lines) { IsShare = true };

    private static ChartLine TaskLine(RunLog run, string task, string name)
    {
        var found = run.Evaluations.Select(evaluation => Find(evaluation, task)).ToList();
        return ChartLine.WithBand(name, Places(run), [.. found.Select(result => result?.Accuracy)], [.. found.Select(result => result?.StandardError)]) with { HasPoints = true };
    }

    private static List<double> Places(RunLog run) => [.. run.Evaluations.Select(evaluation => (double)evaluation.Iteration)];

    private static TaskAccuracy? Find(EvaluationPoint evaluation, string task) => evaluation.Tasks.FirstOrDefault(result => result.Task == task);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
