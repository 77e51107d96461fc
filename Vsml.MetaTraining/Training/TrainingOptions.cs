namespace Vsml.MetaTraining;

/// <summary>What a run may be given that does not change its results.</summary>
public sealed record TrainingOptions
{
    /// <summary>Number of threads; 0, the default, for one a core.</summary>
    public int Threads { get; init; }

    /// <summary>Time after which the run stops, with a checkpoint; null for none.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Is told how the run goes; may be null.</summary>
    public ITrainingProgress? Progress { get; init; }
}
