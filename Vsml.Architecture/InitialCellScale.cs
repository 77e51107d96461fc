namespace Vsml;

/// <summary>Standard deviation of the random initial cells of a layer (model.md, "Initial values").</summary>
/// <param name="Value">The deviation, at least 0; or null for <see cref="FanIn"/>.</param>
public readonly record struct InitialCellScale(double? Value)
{
    /// <summary>1 / sqrt(A), in a convolution 1 / sqrt(k), as published.</summary>
    public static readonly InitialCellScale FanIn = new(null);
}
