using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Vsml.MetaTraining;

/// <summary>A part of a run: how long and how large its episodes are, and for how many meta-iterations.</summary>
public sealed record TrainingStage
{
    /// <summary>Number of meta-iterations.</summary>
    [JsonRequired, Range(1, int.MaxValue)]
    public int Iterations { get; init; } = 1;

    /// <summary>T, the examples of an episode.</summary>
    [JsonRequired, Range(1, int.MaxValue)]
    public int EpisodeLength { get; init; } = 1;

    /// <summary>
    /// Numbers of inputs, all taken equally often; each is a layout of its own under the one theta. They take the place of the
    /// tasks' own pixel counts and projections. None given: the tasks keep their sizes.
    /// </summary>
    [OneOrMany, Range(1, int.MaxValue), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public EquatableArray<int> Inputs { get; init; }

    /// <summary>Classes of an episode, drawn at random out of the data's; 0 for the tasks' own.</summary>
    [Range(0, int.MaxValue), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Classes { get; init; }

    /// <summary>What episodes are drawn from, in place of the run's tasks. None given: the run's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public EquatableArray<TaskShare> Tasks { get; init; }

    /// <summary>How much of an episode a meta-iteration unrolls, in place of what the estimator says. Default null: the estimator's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TruncationSchedule? Truncation { get; init; }
}
