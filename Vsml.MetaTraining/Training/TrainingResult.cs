namespace Vsml.MetaTraining;

/// <summary>Why a run ended.</summary>
public enum TrainingStop
{
    /// <summary>All meta-iterations are done.</summary>
    Finished,

    /// <summary>The time limit was reached.</summary>
    TimeLimit,

    /// <summary>It was cancelled.</summary>
    Cancelled,
}

/// <summary>What a run came to.</summary>
/// <param name="Stop">Why it ended.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Theta">The best theta of the periodic meta-tests; the last one if there were none.</param>
public sealed record TrainingResult(TrainingStop Stop, TrainingState State, MetaParameters Theta);
