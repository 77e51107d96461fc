using System.Text.Json;
using Vsml.Evaluation;
using Vsml.Files;

namespace Vsml.Reporting;

/// <summary>Results of meta-tests, as <see cref="MetaTestJson"/> writes them.</summary>
internal sealed class TestResults
{
    private TestResults(string path, IReadOnlyList<TestResult> results) => (Path, Results) = (path, results);

    /// <summary>The file as it was named.</summary>
    public string Path { get; }

    /// <summary>What the report calls the file.</summary>
    public string Name { get; set; } = "";

    /// <summary>The results in order.</summary>
    public IReadOnlyList<TestResult> Results { get; }

    /// <summary>Reads the results of a file's root.</summary>
    /// <param name="root">The root.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="VsmlException">It has another form.</exception>
    public static TestResults Of(JsonElement root, string path)
    {
        var results = new StrictJson(root, path, "", "results").List("results").Select(item => Result(item.Element, path, item.Path)).ToList();
        return results.Count > 0 ? new(path, results) : throw StrictJson.Error(path, "results", "the list is empty.");
    }

    /// <summary>The results of meta-tests that have just been run.</summary>
    /// <param name="tests">The meta-tests.</param>
    /// <param name="nameOf">The name that a learner shows.</param>
    public static TestResults Of(IReadOnlyList<NamedMetaTest> tests, Func<LearningCurve, string> nameOf) => new("", [.. tests.SelectMany(test => test.Report.Results.Select(result =>
    {
        var curve = test.Report.Curves.First(curve => curve.Learner == result.Learner);
        var isWhole = result.Examples == test.Report.Length;
        return new TestResult(test.Data, test.Size, test.Projected, nameOf(curve), result.From, result.To, result.Accuracy, result.StandardError, result.Episodes,
            isWhole ? curve.Correct : null, isWhole ? curve.StandardErrors : null) { IsOurs = result.Learner == TestResult.OurLearner };
    }))]);

    private static TestResult Result(JsonElement element, string source, string path)
    {
        var json = new StrictJson(element, source, path, "data", "size", "projected", "learner", "from", "to", "accuracy", "standardError", "episodes", "curve", "curveStandardError");
        var learner = json.String("learner");
        return new(json.String("data"), json.Int32("size"), json.Boolean("projected"), learner, json.Int32("from"), json.Int32("to"), json.Double("accuracy"),
            json.Has("standardError") ? json.Double("standardError") : null, json.Int32("episodes"), Numbers(json, "curve", source), Numbers(json, "curveStandardError", source))
        { IsOurs = learner == TestResult.OurLearner };
    }

    private static float[]? Numbers(StrictJson json, string field, string source) => !json.Has(field) ? null
        : [.. json.List(field).Select(item => item.Element.ValueKind == JsonValueKind.Number ? item.Element.GetSingle() : throw StrictJson.Error(source, item.Path, $"it must be a number, not {StrictJson.Kind(item.Element)}."))];
}

/// <summary>One learner over one range of examples; with its curve where the range is the whole episode and the file has it.</summary>
internal sealed record TestResult(
    string Data, int Size, bool IsProjected, string Learner, int From, int To, double Accuracy, double? StandardError, int Episodes, IReadOnlyList<float>? Curve, IReadOnlyList<float>? CurveStandardErrors)
{
    /// <summary>The learner that others are compared with.</summary>
    public const string OurLearner = "vsml";

    /// <summary>Whether it stands out.</summary>
    public bool IsOurs { get; init; }

    /// <summary>The data with what was done to them.</summary>
    public string Task => $"{Path.GetFileName(Data)}, {Size}x{Size}{(IsProjected ? ", projected" : "")}";

    /// <summary>The examples, for example 1-100.</summary>
    public string Range => FormattableString.Invariant($"{From}-{To}");
}
