using System.Globalization;
using Spectre.Console;
using Vsml.Evaluation;

namespace Vsml.Samples;

/// <summary>The meta-tests as a table on the terminal.</summary>
internal static class ResultTable
{
    private static readonly Horizon[] Horizons = [Horizon.First100, Horizon.First500, Horizon.First2000, Horizon.Last200];

    /// <summary>One row for every data set and learner, one column for every range of examples.</summary>
    public static Table Of(IReadOnlyList<NamedMetaTest> tests)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in (string[])["data", "learner", .. Horizons.Select(horizon => horizon.Name)]) table.AddColumn(column, of => of.NoWrap().Padding(0, 0, 1, 0));
        foreach (var test in tests)
        {
            if (test != tests[0]) table.AddEmptyRow();
            foreach (var learner in test.Report.Curves.Select(curve => curve.Learner))
                table.AddRow([$"{test.Data} {test.Size}x{test.Size}", Name(learner), .. Cells(test.Report, learner)]);
        }
        return table;
    }

    /// <summary>A learner's name as people write it.</summary>
    public static string Name(string learner) => learner switch
    {
        "vsml" => "VSML",
        "untrained" => "VSML untrained",
        "sgd" => "SGD",
        "adam" => "Adam",
        "ncm" => "nearest mean",
        _ => learner,
    };

    /// <summary>Accuracies of a learner over the ranges, with standard errors where there are any.</summary>
    public static IEnumerable<string> Cells(MetaTestReport report, string learner) => Horizons.Select(horizon => Cell(report.Find(learner, horizon)!));

    private static string Cell(MetaTestResult result) =>
        result.Accuracy.ToString(".000", CultureInfo.InvariantCulture) + result.StandardError?.ToString(" ±.000", CultureInfo.InvariantCulture);
}
