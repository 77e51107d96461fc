namespace Vsml.Evaluation;

/// <summary>What came out of a meta-test.</summary>
/// <param name="Length">Examples of an episode.</param>
/// <param name="Results">A line for every learner and range, learners in the order given, ranges in that of <see cref="Horizon.All"/>.</param>
/// <param name="Curves">A curve for every learner.</param>
public sealed record MetaTestReport(int Length, IReadOnlyList<MetaTestResult> Results, IReadOnlyList<LearningCurve> Curves)
{
    /// <summary>A learner's result over a horizon; null where episodes are too short for it.</summary>
    /// <param name="learner">The learner's name.</param>
    /// <param name="horizon">The horizon.</param>
    public MetaTestResult? Find(string learner, Horizon horizon) => horizon.In(Length) is { } range
        ? Results.FirstOrDefault(result => result.Learner == learner && (result.From, result.To) == range)
        : null;
}
