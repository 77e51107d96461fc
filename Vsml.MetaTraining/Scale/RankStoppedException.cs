namespace Vsml.MetaTraining;

/// <summary>A process of the run was told to stop, so that all of them do.</summary>
public sealed class RankStoppedException : OperationCanceledException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="rank">Which rank.</param>
    public RankStoppedException(int rank) : base($"Rank {rank} was told to stop.")
    {
    }
}
