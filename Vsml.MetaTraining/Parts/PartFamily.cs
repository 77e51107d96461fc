namespace Vsml.MetaTraining;

/// <summary>A kind of parts that JSON names by their <c>type</c>.</summary>
/// <param name="Base">What all parts of the family are.</param>
/// <param name="Word">What messages call one.</param>
internal sealed record PartFamily(Type Base, string Word)
{
    /// <summary>Tasks, which are more than their kind: transforms go with them.</summary>
    public static PartFamily Tasks { get; } = new(typeof(TaskDescription), "task type");

    /// <summary>All families.</summary>
    public static IReadOnlyList<PartFamily> All { get; } =
    [
        Tasks,
        new(typeof(EpisodeTransform), "transform"),
        new(typeof(EstimatorConfiguration), "estimator"),
        new(typeof(IMetaOptimizer), "optimizer"),
        new(typeof(TruncationSchedule), "truncation"),
    ];
}
