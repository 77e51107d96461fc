using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// What the episodes of a meta-iteration are drawn from. Tasks may differ in their sizes: theta is the same for all layouts.
/// </summary>
/// <param name="Tasks">The tasks and how often each is taken.</param>
/// <param name="Length">T, examples of an episode.</param>
public sealed record EpisodeSource(EquatableArray<TaskShare> Tasks, int Length)
{
    /// <summary>Episodes of one task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="length">T, examples of an episode.</param>
    public EpisodeSource(TaskDescription task, int length)
        : this(new EquatableArray<TaskShare>([new TaskShare(1, task)]), length)
    {
    }

    /// <summary>How much of an episode a meta-iteration unrolls; null, the default, for what the estimator is set to.</summary>
    public TruncationSchedule? Truncation { get; init; }

    /// <summary>Which examples the loss of an episode counts; the same for all tasks.</summary>
    public EpisodeLoss Loss => Tasks.Count == 0 ? EpisodeLoss.Mean : Tasks[0].Task.Loss;

    /// <summary>Checks everything, data included.</summary>
    /// <exception cref="VsmlException">Something does not fit.</exception>
    public void Validate()
    {
        if (Tasks.Count == 0) throw new VsmlException("Meta-training needs at least one task.");
        foreach (var share in Tasks)
        {
            if (!(share.Weight > 0) || !double.IsFinite(share.Weight)) throw new VsmlException($"The weight of a task is {share.Weight}; it must be above 0.");
            if (share.Task.Loss != Loss) throw new VsmlException("Tasks that are meta-trained together must count the loss of the same examples: all the mean, or all the last.");
            share.Task.Validate(Length);
        }
    }

    /// <summary>
    /// The task of a pair's episode, drawn from part 1 of the pair's task stream; the episode itself is drawn from part 0.
    /// </summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="began">Meta-iteration in which the episode began.</param>
    /// <param name="pair">The pair.</param>
    /// <returns>Index into <see cref="Tasks"/>.</returns>
    public int Choose(ulong seed, uint began, uint pair)
    {
        if (Tasks.Count == 1) return 0;
        var sum = 0.0;
        for (var i = 0; i < Tasks.Count; i++) sum += Tasks[i].Weight;
        var left = new CounterRandom(seed, RandomStream.Task, began, pair, sub: 1).NextUniform() * sum;
        var chosen = 0;
        while (chosen < Tasks.Count - 1 && (left -= Tasks[chosen].Weight) >= 0) chosen++;
        return chosen;
    }
}
