namespace Vsml.Reporting;

/// <summary>A matrix whose values are colours, and numbers where cells are few.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Rows">Names of the rows, from above.</param>
/// <param name="Columns">Names of the columns.</param>
/// <param name="Values">Values [row][column]; null where there is none.</param>
public sealed record HeatMapBlock(string Title, IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<double?>> Values) : PageBlock
{
    /// <summary>What rows are; empty where their names tell.</summary>
    public string RowAxis { get; init; } = "";

    /// <summary>What columns are; empty where their names tell.</summary>
    public string ColumnAxis { get; init; } = "";

    /// <summary>The value of the darkest colour; null for the least value.</summary>
    public double? Least { get; init; }

    /// <summary>The value of the lightest colour; null for the greatest value.</summary>
    public double? Greatest { get; init; }

    /// <summary>Whether values are shares, from 0 to 1, shown as percentages.</summary>
    public bool IsShare { get; init; }
}
