namespace Vsml.MetaTraining;

/// <summary>What the inputs of an episode are computed from, and how: rows of a table, then one change after the other.</summary>
/// <param name="Table">The rows, one after another.</param>
/// <param name="IsDataset">Whether the table is that of a data set, which other episodes show too.</param>
/// <param name="RowSize">Floats of a row.</param>
/// <param name="Rows">The row that each example shows [T or more].</param>
internal sealed record InputRecipe(float[] Table, bool IsDataset, int RowSize, int[] Rows)
{
    /// <summary>The changes, in order.</summary>
    public List<IInputStep> Steps { get; } = [];
}
