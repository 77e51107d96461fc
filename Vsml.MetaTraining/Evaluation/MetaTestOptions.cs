namespace Vsml.Evaluation;

/// <summary>How a meta-test is run.</summary>
public sealed record MetaTestOptions
{
    /// <summary>Number of episodes. Default 16.</summary>
    public int Episodes { get; init; } = 16;

    /// <summary>Examples of an episode, at most as many as the task's data allow. Default 2000.</summary>
    public int Length { get; init; } = 2000;

    /// <summary>Seed of the episodes and of what learners start from. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads; results do not depend on it. Default one for every processor.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
