using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Vsml.Evaluation;
using Vsml.Files;
using Vsml.MetaTraining;

namespace Vsml.Samples;

/// <summary>A page with the learning curves that needs nothing but itself.</summary>
internal static class CurvesPage
{
    private const int CurveWindow = 50;
    private const int TrainingPoints = 400;

    /// <summary>Writes the page.</summary>
    public static void Write(string path, RunConfiguration run, TrainingHistory history, IReadOnlyList<NamedMetaTest> tests)
    {
        var page = new StringBuilder(Resource("page.html"))
            .Replace("{{seed}}", run.Seed.ToString(CultureInfo.InvariantCulture))
            .Replace("{{method}}", TrainingDisplay.MethodName(run))
            .Replace("{{iterations}}", run.Iterations.ToString(CultureInfo.InvariantCulture))
            .Replace("{{window}}", CurveWindow.ToString(CultureInfo.InvariantCulture))
            .Replace("{{rows}}", Rows(tests))
            .Replace("{{data}}", Data(history, tests))
            .Replace("{{uPlot.css}}", Resource("uPlot/uPlot.min.css"))
            .Replace("{{uPlot.license}}", Resource("uPlot/LICENSE"))
            .Replace("{{uPlot.js}}", Resource("uPlot/uPlot.iife.min.js"));
        AtomicFile.WriteAllText(path, page.ToString());
    }

    private static string Rows(IReadOnlyList<NamedMetaTest> tests)
    {
        var rows = new StringBuilder();
        foreach (var test in tests)
            foreach (var learner in test.Report.Curves.Select(curve => curve.Learner))
            {
                rows.Append(learner == "vsml" ? "<tr class=\"ours\">" : "<tr>");
                foreach (var cell in (string[])[$"{test.Data} {test.Size}x{test.Size}", ResultTable.Name(learner), .. ResultTable.Cells(test.Report, learner)])
                    rows.Append("<td>").Append(WebUtility.HtmlEncode(cell)).Append("</td>");
                rows.Append("</tr>\n");
            }
        return rows.ToString();
    }

    private static string Data(TrainingHistory history, IReadOnlyList<NamedMetaTest> tests)
    {
        var step = Math.Max(1, history.Iterations.Count / TrainingPoints);
        var chunks = history.Iterations.Chunk(step).ToArray();
        return JsonSerializer.Serialize(new
        {
            tests = tests.Select(test => new
            {
                name = $"{test.Data} {test.Size}x{test.Size}",
                curves = test.Report.Curves.Select(curve => new
                {
                    learner = curve.Learner,
                    name = ResultTable.Name(curve.Learner) + (curve.Variant.Length > 0 ? $" ({curve.Variant})" : ""),
                    accuracy = curve.Moving(CurveWindow).Select(value => Math.Round(value, 4)),
                }),
            }),
            training = new
            {
                iteration = chunks.Select(chunk => chunk[^1].Iteration),
                accuracy = chunks.Select(chunk => Math.Round(chunk.Average(metrics => metrics.Accuracy ?? 0), 4)),
            },
            evaluations = new
            {
                iteration = history.Evaluations.Select(evaluation => evaluation.Iteration),
                accuracy = history.Evaluations.Select(evaluation => Math.Round(evaluation.Score, 4)),
            },
        });
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(CurvesPage).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
