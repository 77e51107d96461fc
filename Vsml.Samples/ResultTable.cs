using System.Globalization;
using Spectre.Console;
using Vsml.Evaluation;

namespace Vsml.Samples;

/// <summary>The meta-tests as a table on the terminal.</summary>
internal static class ResultTable
{
    /// <summary>One row for every data set and learner, one column for every range of examples.</summary>
    public static Table Of(IReadOnlyList<NamedMetaTest> tests)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in (string[])["data", "learner", "1-100", "1-500", "1-2000", "last 200"]) table.AddColumn(column, of => of.NoWrap().Padding(0, 0, 1, 0));
        foreach (var test in tests)
        {
            if (test != tests[0]) table.AddEmptyRow();
            foreach (var learner in test.Report.Results.GroupBy(result => result.Learner))
                table.AddRow([$"{test.Data} {test.Size}x{test.Size}", Name(learner.Key), .. learner.Select(Cell)]);
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

    /// <summary>Accuracy, and its standard error where there is one.</summary>
    public static string Cell(MetaTestResult result) =>
        result.Accuracy.ToString(".000", CultureInfo.InvariantCulture) + result.StandardError?.ToString(" ±.000", CultureInfo.InvariantCulture);
}
