namespace Vsml.Evaluation;

/// <summary>Figures of samples.</summary>
internal static class Statistics
{
    /// <summary>Standard error of the mean of independent values; null for a single one.</summary>
    public static double? StandardError(IReadOnlyList<double> values)
    {
        if (values.Count < 2) return null;
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1) / values.Count);
    }
}
