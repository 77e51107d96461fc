namespace Vsml.Data;

/// <summary>How a CSV file is to be read.</summary>
/// <param name="Label">
/// The label's column: its name, or its index from 0, negative from the end. Null, the default, is the last one, but a header that
/// names another column label, class or target is refused.
/// </param>
/// <param name="Header">Whether the first line names the columns. Null, the default, goes by the content where that is sure, and refuses the file where it is not.</param>
public readonly record struct CsvOptions(string? Label = null, bool? Header = null);
