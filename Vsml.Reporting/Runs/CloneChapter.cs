using System.Globalization;

namespace Vsml.Reporting;

/// <summary>What a page shows of runs that clone backpropagation: their losses, side by side, and how to run them again.</summary>
internal static class CloneChapter
{
    private const int MostPoints = 400;

    private static readonly (string Name, Func<ClonePoint, double> Of)[] s_parts =
    [
        ("all", point => point.Loss), ("forward message", point => point.ForwardMessage), ("backward message", point => point.BackwardMessage),
        ("change of w", point => point.WeightChange), ("change of b", point => point.BiasChange),
    ];

    /// <summary>The chapter.</summary>
    public static IEnumerable<PageBlock> Of(IReadOnlyList<RunLog> runs)
    {
        yield return new HeadingBlock(runs.Count == 1 ? "Cloning of backpropagation" : $"Cloning of backpropagation: {runs.Count} runs");
        foreach (var run in runs)
            foreach (var problem in run.Problems) yield return new WarningBlock($"{run.Name}: {problem}");
        yield return new ParagraphBlock("Each part of the loss is a mean squared difference from what backpropagation does, over its target's mean square; the floors of these fall during a run, so its loss may rise while it learns.");
        yield return new TableBlock(["run", "seed", "start", "rate", "alpha", "iterations", .. s_parts.Select(part => part.Name)], [.. runs.Select(run => new TableRow(
        [
            run.Name, run.Field("seed"), run.Field("start") is { Length: > 0 } start ? start : "random", run.Field("rate"), run.Field("alpha"),
            string.Create(CultureInfo.InvariantCulture, $"{run.Cloning.LastOrDefault()?.Iteration ?? 0} of {run.PlannedIterations}"),
            .. s_parts.Select(part => run.Cloning.LastOrDefault() is { } last ? part.Of(last).ToString("G3", CultureInfo.InvariantCulture) : "–"),
        ]))]);
        var begun = runs.Where(run => run.Cloning.Count > 0).ToList();
        if (begun.Count == 1) yield return Chart("Loss", [.. s_parts.Select(part => Line(part.Name, begun[0], part.Of))]);
        else if (begun.Count > 1)
            foreach (var (name, of) in s_parts) yield return Chart($"Loss: {name}", [.. begun.Select(run => Line(run.Name, run, of))]);
        yield return new HeadingBlock("Configuration", 3);
        foreach (var run in runs)
        {
            yield return new DetailsBlock($"{run.Name}: run.json", run.Configuration.TrimEnd());
            yield return new DetailsBlock($"{run.Name}: how to run it again", $"""
                vsml clone --config {RunChapter.Quoted(Path.Combine(run.Path, "run.json"))} --out NEW_FOLDER
                vsml clone --resume {RunChapter.Quoted(run.Path)}
                vsml fit --theta {RunChapter.Quoted(Path.Combine(run.Path, "theta.safetensors"))} --data mnist --hidden 32
                """);
        }
    }

    private static LineChartBlock Chart(string title, IReadOnlyList<ChartLine> lines) => new(title, "iteration", "loss", lines) { IsYLogarithmic = true };

    // Means over neighbours; a screen has no room for more.
    private static ChartLine Line(string name, RunLog run, Func<ClonePoint, double> of)
    {
        var chunks = run.Cloning.Chunk(Math.Max(1, (run.Cloning.Count + MostPoints - 1) / MostPoints)).ToList();
        return new(name, [.. chunks.Select(chunk => (double)chunk[^1].Iteration)], [.. chunks.Select(chunk => chunk.Average(of) is > 0 and var mean ? mean : (double?)null)]);
    }
}
