using System.Globalization;
using Spectre.Console;

namespace Vsml.Benchmarks.Reporting;

/// <summary>Prints rows as tables, one a suite, with the columns that the suite has.</summary>
internal static class ResultTable
{
    private sealed record Column(string Title, Func<BenchmarkResult, string?> Text, bool IsName = false);

    private static readonly Column[] s_columns =
    [
        new("case", row => row.Case, IsName: true),
        new("SIMD", row => row.Simd, IsName: true),
        new("threads", row => Number(row.Threads, "0")),
        new("examples/s", row => Number(row.ExamplesPerSecond, row.ExamplesPerSecond < 100 ? "0.0" : "#,0")),
        new("ns/micro tick", row => Number(row.NanosecondsPerSubRnnMicroTick, "0.00")),
        new("in convolutions", row => Number(row.NanosecondsInConvolutions, "0.00")),
        new("of peak", row => Number(row.FractionOfPeak, "0.0 %")),
        new("peak GFLOP/s", row => Number(row.FmaPeakGflops, "0.0")),
        new("of copy", row => Number(row.FractionOfCopy, "0.0 %")),
        new("s/iteration", row => Number(row.SecondsPerIteration, "0.00")),
        new("ms", row => Number(row.Milliseconds, "#,0.00")),
        new("bytes/example", row => Number(row.BytesPerExample, "#,0")),
        new("spread", row => Number(row.Spread, "0.0 %")),
        new("ratio", row => row.Ratio is { } ratio ? Number(ratio.Value, "0.000") : null),
        new("of", row => row.Ratio is { } ratio ? $"{ratio.Of} to {ratio.To}" : null, IsName: true),
    ];

    /// <summary>Prints the rows.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="results">The rows; those of a suite stand together.</param>
    public static void Print(IAnsiConsole console, IReadOnlyList<BenchmarkResult> results)
    {
        foreach (var suite in results.GroupBy(row => row.Suite))
        {
            var table = new Table().Border(TableBorder.Rounded).Title(suite.Key);
            var columns = s_columns.Where(column => suite.Any(row => column.Text(row) is not null)).ToArray();
            foreach (var column in columns)
                table.AddColumn(new TableColumn(new Text(column.Title)) { Alignment = column.IsName ? Justify.Left : Justify.Right, NoWrap = true });
            foreach (var row in suite)
                table.AddRow(columns.Select(column => new Text(column.Text(row) ?? "")));
            console.Write(table);
        }
    }

    private static string? Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture);
}
