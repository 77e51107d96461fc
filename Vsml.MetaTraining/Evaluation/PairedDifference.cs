namespace Vsml.Evaluation;

/// <summary>
/// How far one learner is ahead of another on the very same episodes, which tells far smaller differences than two accuracies with
/// standard errors of their own.
/// </summary>
/// <param name="Mean">Mean over data sets of the difference in accuracy.</param>
/// <param name="StandardError">Standard error over episodes of that mean; null where a data set has a single episode.</param>
/// <param name="Ahead">Data sets where the learner is ahead by more than two standard errors.</param>
/// <param name="Even">Data sets where neither is.</param>
/// <param name="Behind">Data sets where the other is.</param>
public sealed record PairedDifference(double Mean, double? StandardError, int Ahead, int Even, int Behind)
{
    private const double SureErrors = 2;

    /// <summary>Compares two learners.</summary>
    /// <param name="results">For every data set, their results over the same examples of the same episodes.</param>
    public static PairedDifference Of(IReadOnlyList<(MetaTestResult Learner, MetaTestResult Other)> results)
    {
        var (sum, squares) = (0.0, (double?)0.0);
        var (ahead, behind) = (0, 0);
        foreach (var (learner, other) in results)
        {
            double[] differences = [.. learner.Correct.Zip(other.Correct, (mine, theirs) => (double)(mine - theirs) / learner.Examples)];
            var (mean, error) = (differences.Average(), Statistics.StandardError(differences));
            sum += mean;
            squares += error * error;
            if (mean > SureErrors * error) ahead++;
            if (mean < -SureErrors * error) behind++;
        }
        return new(sum / results.Count, squares is { } total ? Math.Sqrt(total) / results.Count : null, ahead, results.Count - ahead - behind, behind);
    }
}
