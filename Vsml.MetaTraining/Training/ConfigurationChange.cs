namespace Vsml.MetaTraining;

/// <summary>A field of a run's configuration that differs from what it was for earlier iterations.</summary>
/// <param name="Field">Its JSON path, for example "stages[0].iterations".</param>
/// <param name="From">What it was, as JSON; null if it was not there.</param>
/// <param name="To">What it is now, as JSON; null if it is not there.</param>
public sealed record ConfigurationChange(string Field, string? From, string? To)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Field} is {To ?? "left out"} instead of {From ?? "left out"}";
}
