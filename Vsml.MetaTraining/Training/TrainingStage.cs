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
}
