namespace Vsml.Evaluation;

/// <summary>How learners compare over one horizon of several data sets.</summary>
/// <param name="Horizon">The horizon.</param>
/// <param name="DataSets">Number of data sets whose episodes are long enough for it.</param>
/// <param name="Learners">One for every learner, in the order of the results.</param>
public sealed record MetaTestComparison(Horizon Horizon, int DataSets, IReadOnlyList<LearnerComparison> Learners)
{
    /// <summary>Compares all learners over every horizon that a data set has.</summary>
    /// <param name="tests">Meta-tests of the same learners.</param>
    public static IReadOnlyList<MetaTestComparison> Of(IReadOnlyList<NamedMetaTest> tests) =>
        [.. Horizon.All.Select(horizon => Of([.. tests.Select(test => test.Report).Where(report => horizon.In(report.Length) is not null)], horizon)).Where(comparison => comparison.DataSets > 0)];

    private static MetaTestComparison Of(MetaTestReport[] reports, Horizon horizon)
    {
        if (reports.Length == 0) return new(horizon, 0, []);
        string[] names = [.. reports[0].Results.Select(result => result.Learner).Distinct()];
        // [data set][learner]
        MetaTestResult[][] results = [.. reports.Select(report => names.Select(name => report.Find(name, horizon)!).ToArray())];
        return new(horizon, reports.Length, [.. names.Select((name, l) => new LearnerComparison(
            name,
            results.Average(row => row[l].Accuracy),
            results.Average(row => Rank(row, l)),
            PairedDifference.Of([.. results.Select(row => (row[0], row[l]))])))]);
    }

    // 1 for the best; equal ones share the mean of their ranks.
    private static double Rank(MetaTestResult[] row, int learner)
    {
        var better = row.Count(other => other.Accuracy > row[learner].Accuracy);
        var equal = row.Count(other => other.Accuracy == row[learner].Accuracy);
        return better + (equal + 1) / 2.0;
    }
}

/// <summary>One learner beside the others.</summary>
/// <param name="Learner">The learner's name.</param>
/// <param name="Accuracy">Mean accuracy over the data sets.</param>
/// <param name="Rank">Mean rank over the data sets: 1 for the best, ties share theirs (Demsar, 2006).</param>
/// <param name="Lead">How far the first learner is ahead of this one.</param>
public sealed record LearnerComparison(string Learner, double Accuracy, double Rank, PairedDifference Lead);
