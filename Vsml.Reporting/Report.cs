using System.Text.Json;
using Vsml.Evaluation;
using Vsml.Files;
using Vsml.MetaTraining;

namespace Vsml.Reporting;

/// <summary>Pages made of what commands have left: folders of runs, results of meta-tests, experiments.</summary>
public static class Report
{
    /// <summary>A page of files and folders.</summary>
    /// <param name="paths">Folders of runs, of cloning too, files of <c>vsml test --json</c>, folders of experiments; at least one.</param>
    /// <exception cref="VsmlException">One is something else, cannot be read, or is named twice. Damaged metrics and what is missing are told on the page.</exception>
    public static ReportPage Of(IReadOnlyList<string> paths)
    {
        var (runs, tests, experiments) = (new List<RunLog>(), new List<TestResults>(), new List<ExperimentResult>());
        var seen = new HashSet<string>();
        foreach (var path in paths)
        {
            if (!seen.Add(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))) throw new VsmlException($"'{path}' is named twice.");
            if (RunLog.IsAt(path)) runs.Add(RunLog.Read(path));
            else if (File.Exists(Path.Combine(path, ExperimentResult.FileName))) experiments.Add(ExperimentResult.Read(path));
            else if (Directory.Exists(path)) throw new VsmlException($"The folder '{path}' is neither a run (no run.json) nor an experiment (no {ExperimentResult.FileName}).");
            else tests.Add(ReadTests(path));
        }
        foreach (var (run, name) in runs.Zip(ShortNames([.. runs.Select(run => run.Path)]))) run.Name = name;
        foreach (var (test, name) in tests.Zip(ShortNames([.. tests.Select(test => test.Path)]))) test.Name = name;
        return new(Title(runs, tests, experiments),
        [
            .. experiments.SelectMany(experiment => experiment.Chapter()),
            .. tests.Count > 0 ? TestChapter.Of(tests) : [],
            .. Chapter(runs.Where(run => run.IsCloning), CloneChapter.Of),
            .. Chapter(runs.Where(run => !run.IsCloning), RunChapter.Of),
        ]);
    }

    /// <summary>A page of a sweep: the table of all its runs, what is missing of them, and their curves.</summary>
    /// <param name="results">What the runs have come to, in the order of the table.</param>
    /// <param name="folder">Has their folders.</param>
    /// <param name="grid">The file of its grid.</param>
    /// <exception cref="VsmlException">A folder cannot be read.</exception>
    public static ReportPage OfSweep(IReadOnlyList<SweepResult> results, string folder, string grid) =>
        new($"Sweep {Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))}", [.. SweepChapter.Of(results, folder, grid)]);

    /// <summary>The chapter of meta-tests that have just been run.</summary>
    /// <param name="tests">The meta-tests.</param>
    /// <param name="nameOf">The name that a learner shows.</param>
    public static IReadOnlyList<PageBlock> Chapter(IReadOnlyList<NamedMetaTest> tests, Func<LearningCurve, string> nameOf) =>
        [.. TestChapter.Of([TestResults.Of(tests, nameOf)])];

    private static IEnumerable<PageBlock> Chapter(IEnumerable<RunLog> runs, Func<IReadOnlyList<RunLog>, IEnumerable<PageBlock>> of) => runs.ToList() is { Count: > 0 } some ? of(some) : [];

    private static string Title(List<RunLog> runs, List<TestResults> tests, List<ExperimentResult> experiments) =>
        string.Join(", ", [.. experiments.Select(experiment => experiment.Title), .. tests.Select(test => test.Name), .. runs.Select(run => run.Name)]);

    private static TestResults ReadTests(string path)
    {
        var text = InputFile.ReadText(path, maxBytes: 256 << 20);
        if (text.AsSpan().TrimStart() is not ['{', ..]) throw NotKnown(path);
        return StrictJson.Parse(text, path, root => root.ValueKind == JsonValueKind.Object && root.TryGetProperty("results", out _) ? TestResults.Of(root, path) : throw NotKnown(path));
    }

    private static VsmlException NotKnown(string path) =>
        new($"'{path}' is neither the folder of a run, nor results of 'vsml test --json', nor the folder of an experiment.");

    // The last parts of the paths, as many as it takes to tell them apart.
    private static IReadOnlyList<string> ShortNames(IReadOnlyList<string> paths)
    {
        string[][] parts = [.. paths.Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)).Split(Path.DirectorySeparatorChar))];
        for (var count = 1; ; count++)
        {
            string[] names = [.. parts.Select(own => string.Join('/', own[Math.Max(0, own.Length - count)..]))];
            if (names.Distinct().Count() == names.Length || parts.All(own => own.Length <= count)) return names;
        }
    }
}
