namespace Vsml.Data;

/// <summary>Over which numbers the mean and the standard deviation are taken that a data set's inputs are shifted and scaled by.</summary>
public enum Standardisation
{
    /// <summary>Each column of a CSV file by its own; the same pixel of all images.</summary>
    Columns,

    /// <summary>All inputs by one mean and one deviation, as is usual for images.</summary>
    All,
}
