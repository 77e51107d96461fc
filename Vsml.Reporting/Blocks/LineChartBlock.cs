namespace Vsml.Reporting;

/// <summary>A chart of lines.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="X">What the horizontal axis is.</param>
/// <param name="Y">What the vertical axis is.</param>
/// <param name="Lines">The lines, at least one.</param>
public sealed record LineChartBlock(string Title, string X, string Y, IReadOnlyList<ChartLine> Lines) : PageBlock
{
    /// <summary>Whether the horizontal axis is logarithmic; all its values are above zero then.</summary>
    public bool IsXLogarithmic { get; init; }

    /// <summary>Whether the vertical axis is logarithmic; all its values are above zero then.</summary>
    public bool IsYLogarithmic { get; init; }

    /// <summary>Whether values are shares, from 0 to 1, shown as percentages.</summary>
    public bool IsShare { get; init; }
}

/// <summary>One line of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="X">Horizontal places, ascending [n].</param>
/// <param name="Y">Values [n]; null where there is none, which breaks the line.</param>
public sealed record ChartLine(string Name, IReadOnlyList<double> X, IReadOnlyList<double?> Y)
{
    /// <summary>Lower end of the confidence band [n]; null without one.</summary>
    public IReadOnlyList<double?>? Low { get; init; }

    /// <summary>Upper end of the confidence band [n]; null without one.</summary>
    public IReadOnlyList<double?>? High { get; init; }

    /// <summary>Whether it is drawn thicker than the others.</summary>
    public bool IsEmphasised { get; init; }

    /// <summary>Whether each value is marked by a dot, as for few of them.</summary>
    public bool HasPoints { get; init; }

    /// <summary>A line with a band of 95 % around it: 1.96 standard errors to either side.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="x">Horizontal places [n].</param>
    /// <param name="y">Values [n].</param>
    /// <param name="standardErrors">Their standard errors [n]; null where there is none.</param>
    public static ChartLine WithBand(string name, IReadOnlyList<double> x, IReadOnlyList<double?> y, IReadOnlyList<double?> standardErrors) =>
        standardErrors.All(error => error is null) ? new(name, x, y) : new(name, x, y)
        {
            Low = [.. y.Zip(standardErrors, (value, error) => value - Deviations * (error ?? 0))],
            High = [.. y.Zip(standardErrors, (value, error) => value + Deviations * (error ?? 0))],
        };

    // Of a normal distribution, 95 % lie within.
    private const double Deviations = 1.96;
}
