namespace Vsml.Reporting;

/// <summary>A table.</summary>
/// <param name="Columns">Heads of the columns.</param>
/// <param name="Rows">Cells, as many in a row as there are columns.</param>
public sealed record TableBlock(IReadOnlyList<string> Columns, IReadOnlyList<TableRow> Rows) : PageBlock;

/// <summary>One row of a table.</summary>
/// <param name="Cells">Its cells.</param>
/// <param name="IsEmphasised">Whether it stands out.</param>
public sealed record TableRow(IReadOnlyList<string> Cells, bool IsEmphasised = false);
