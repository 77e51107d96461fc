using Vsml.Baselines;

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
/// <param name="Network">The best theta of the periodic meta-tests, the last one if there were none; null where another learner was trained.</param>
/// <param name="Learner">The same of another learner; null where a network was trained.</param>
public sealed record TrainingResult(TrainingStop Stop, TrainingState State, MetaParameters? Network, LearnerParameters? Learner = null)
{
    /// <summary>The network's theta.</summary>
    /// <exception cref="InvalidOperationException">The run trained another learner.</exception>
    public MetaParameters Theta => Network ?? throw new InvalidOperationException("The run trained no network; its parameters are Learner.");
}
