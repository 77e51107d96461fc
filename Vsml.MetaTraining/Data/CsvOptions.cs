namespace Vsml.Data;

/// <summary>How a CSV file is to be read.</summary>
public sealed record CsvOptions
{
    /// <summary>
    /// Whether the first line names the columns. Null, the default, decides by the content: it does if <see cref="LabelColumn"/> is a
    /// name, or if a field of the first line outside the label column is no number.
    /// </summary>
    public bool? Header { get; init; }

    /// <summary>The label's column: its name, or its number from 0, or a negative number that counts from the end. Default -1, the last.</summary>
    public string LabelColumn { get; init; } = "-1";
}
