using Vsml.Reporting;

namespace Vsml.Tool.Experiments;

/// <summary>A mean with its confidence interval of 95 %.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Half">How far the interval reaches to either side; null for a single value, which tells nothing of it.</param>
internal sealed record Interval(double Mean, double? Half)
{
    // Student's t for 1, 2, ... degrees of freedom, 97.5 %.
    private static readonly double[] s_quantiles =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <summary>Of independent values, by Student's t.</summary>
    /// <param name="values">The values, at least one.</param>
    public static Interval Of(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return new(mean, values.Count < 2 ? null : Quantile(values.Count - 1) * Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1) / values.Count));
    }

    /// <summary>Of a figure that is computed from all values together, by leaving out one after the other (jackknife).</summary>
    /// <param name="figure">The figure of all values.</param>
    /// <param name="without">The figure without each of them, at least two.</param>
    public static Interval Jackknife(double figure, IReadOnlyList<double> without)
    {
        var (count, mean) = (without.Count, without.Average());
        return new(figure, Quantile(count - 1) * Math.Sqrt(without.Sum(value => (value - mean) * (value - mean)) * (count - 1) / count));
    }

    /// <summary>How far an interval reaches, as a multiple of the standard error.</summary>
    /// <param name="degrees">Degrees of freedom, at least 1.</param>
    public static double Quantile(int degrees) => degrees <= s_quantiles.Length ? s_quantiles[degrees - 1] : 1.96 + 2.4 / degrees;

    /// <summary>A line of a chart, with the intervals as its band.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="x">Horizontal places [n].</param>
    /// <param name="values">Values [n].</param>
    /// <param name="least">Values and bands are cut below.</param>
    public static ChartLine Line(string name, IReadOnlyList<double> x, IReadOnlyList<Interval?> values, double least = double.NegativeInfinity)
    {
        return new(name, x, Each(value => value.Mean)) { Low = Each(value => value.Mean - (value.Half ?? 0)), High = Each(value => value.Mean + (value.Half ?? 0)), HasPoints = true };

        List<double?> Each(Func<Interval, double> of) => [.. values.Select(value => value is null ? (double?)null : Math.Max(least, of(value)))];
    }

    /// <summary>For example "0.741 ± 0.012".</summary>
    public override string ToString() => Half is { } half ? FormattableString.Invariant($"{Mean:0.000} ± {half:0.000}") : FormattableString.Invariant($"{Mean:0.000}");
}
