using System.Globalization;

namespace Vsml.Reporting;

/// <summary>Accuracies as people read them.</summary>
public static class AccuracyText
{
    /// <summary>For example "0.741 ± 0.012"; of a single episode the accuracy alone.</summary>
    /// <param name="accuracy">The accuracy.</param>
    /// <param name="standardError">Its standard error, if there is one.</param>
    public static string Of(double accuracy, double? standardError) =>
        accuracy.ToString("0.000", CultureInfo.InvariantCulture) + standardError?.ToString(" ± 0.000", CultureInfo.InvariantCulture);
}
