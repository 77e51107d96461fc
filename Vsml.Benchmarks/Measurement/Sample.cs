namespace Vsml.Benchmarks.Measurement;

/// <summary>Repetitions of one measurement.</summary>
/// <param name="Median">Their median.</param>
/// <param name="Spread">Distance between the quartiles over the median: how far the machine was from quiet.</param>
internal readonly record struct Sample(double Median, double Spread)
{
    /// <summary>Sums repetitions up.</summary>
    /// <param name="values">One value a repetition.</param>
    public static Sample Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var median = Quantile(0.5);
        return new Sample(median, (Quantile(0.75) - Quantile(0.25)) / median);

        double Quantile(double q)
        {
            var at = q * (sorted.Length - 1);
            var below = (int)at;
            return sorted[below] + (at - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]);
        }
    }
}
