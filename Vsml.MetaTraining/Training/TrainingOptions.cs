namespace Vsml.MetaTraining;

/// <summary>What a run may be given that does not change its results.</summary>
public sealed record TrainingOptions
{
    /// <summary>Number of threads; 0, the default, for one a core.</summary>
    public int Threads { get; init; }

    /// <summary>Time after which the run stops, with a checkpoint; null for none.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>The processes that share the run, each of which runs it; null, the default, for this one alone. Rank 0 has the folder.</summary>
    public RankGroup? Ranks { get; init; }

    /// <summary>Is told how the run goes; may be null.</summary>
    public ITrainingProgress? Progress { get; init; }
}
