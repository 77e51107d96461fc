using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Vsml.MetaTraining;

/// <summary>Periodic meta-tests during a run: theta fixed, always the same episodes, so that two results compare.</summary>
public sealed record EvaluationConfiguration : IValidatableObject
{
    /// <summary>Meta-iterations from one meta-test to the next; there is one at the end as well. Default 100.</summary>
    [Range(1, int.MaxValue)]
    public int Interval { get; init; } = 100;

    /// <summary>Episodes of each task. Default 16.</summary>
    [Range(1, int.MaxValue)]
    public int Episodes { get; init; } = 16;

    /// <summary>T, the examples of an episode. Default 100.</summary>
    [Range(1, int.MaxValue)]
    public int EpisodeLength { get; init; } = 100;

    /// <summary>The held-out tasks. Theta with the highest mean accuracy over them is kept as the best.</summary>
    [JsonRequired, MinLength(1)]
    public EquatableArray<EvaluationTask> Tasks { get; init; }

    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext context) =>
        Tasks.GroupBy(task => task.Name).Where(group => group.Count() > 1)
            .Select(group => new ValidationResult($"two tasks have the name '{group.Key}'.", [nameof(Tasks)]));
}

/// <summary>A task of a meta-test.</summary>
/// <param name="Name">Its name in metrics.</param>
/// <param name="Task">What its episodes are drawn from.</param>
public sealed record EvaluationTask(string Name, TaskDescription Task);
