using System.ComponentModel.DataAnnotations;

namespace Vsml.MetaTraining;

/// <summary>When checkpoints are written, and how many are kept.</summary>
public sealed record CheckpointConfiguration
{
    /// <summary>Meta-iterations from one checkpoint to the next. Default 50.</summary>
    [Range(1, int.MaxValue)]
    public int Interval { get; init; } = 50;

    /// <summary>How many of the newest checkpoints are kept. Default 3.</summary>
    [Range(1, int.MaxValue)]
    public int Kept { get; init; } = 3;
}
