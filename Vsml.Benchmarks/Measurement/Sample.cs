namespace Vsml.Benchmarks.Measurement;

/// <summary>Repetitions of one measurement.</summary>
/// <param name="Quiet">The value that the best tenth reach: what the machine does when left alone, since others only ever slow it.</param>
/// <param name="Median">The median, for repetitions too long to fall between two disturbances.</param>
/// <param name="Spread">Distance between the quartiles over the median: how far the machine was from quiet.</param>
internal readonly record struct Sample(double Quiet, double Median, double Spread)
{
    private const double QuietShare = 0.1;

    /// <summary>Sums repetitions up.</summary>
    /// <param name="seconds">One time a repetition: less is better.</param>
    public static Sample OfTimes(IEnumerable<double> seconds) => Of(seconds, QuietShare);

    /// <summary>Sums repetitions up.</summary>
    /// <param name="rates">One rate a repetition: more is better.</param>
    public static Sample OfRates(IEnumerable<double> rates) => Of(rates, 1 - QuietShare);

    private static Sample Of(IEnumerable<double> values, double quiet)
    {
        var sorted = values.Order().ToArray();
        var median = Quantile(0.5);
        return new Sample(Quantile(quiet), median, (Quantile(0.75) - Quantile(0.25)) / median);

        double Quantile(double q)
        {
            var at = q * (sorted.Length - 1);
            var below = (int)at;
            return sorted[below] + (at - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]);
        }
    }
}
