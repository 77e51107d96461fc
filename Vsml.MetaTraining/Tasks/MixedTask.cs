using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>One part of a <see cref="MixedTask"/>.</summary>
/// <param name="Weight">How often it is taken, in proportion to the other weights; above 0.</param>
/// <param name="Task">The task.</param>
public sealed record TaskShare(double Weight, TaskDescription Task);

/// <summary>Every episode comes from one of several tasks of the same sizes, chosen at random.</summary>
/// <param name="Shares">The tasks and how often each is taken.</param>
public sealed record MixedTask(EquatableArray<TaskShare> Shares) : TaskDescription
{
    /// <summary>Makes the task of a list of parts.</summary>
    /// <param name="shares">The tasks and how often each is taken.</param>
    public MixedTask(params IEnumerable<TaskShare> shares)
        : this(new EquatableArray<TaskShare>(shares))
    {
    }

    /// <inheritdoc/>
    public override int InputSize => Common(task => task.InputSize, "inputs");

    /// <inheritdoc/>
    public override int OutputSize => Common(task => task.OutputSize, "classes");

    /// <inheritdoc/>
    public override int MaxLength => Shares.Min(share => share.Task.MaxLength);

    /// <inheritdoc/>
    public override int? FixedLength => Shares.Select(share => share.Task.FixedLength).FirstOrDefault(length => length is not null);

    /// <inheritdoc/>
    public override EpisodeLoss Loss => (EpisodeLoss)Common(task => (int)task.Loss, "losses");

    /// <inheritdoc/>
    public override void Sample(ref CounterRandom random, int length, EpisodeData episode)
    {
        if (Shares.Count == 0) throw new VsmlException("a mixed task needs at least one task");
        var sum = 0.0;
        for (var i = 0; i < Shares.Count; i++) sum += Shares[i].Weight;
        var left = random.NextUniform() * sum;
        var chosen = 0;
        while (chosen < Shares.Count - 1 && (left -= Shares[chosen].Weight) >= 0) chosen++;
        Shares[chosen].Task.Sample(ref random, length, episode);
    }

    private int Common(Func<TaskDescription, int> property, string what)
    {
        if (Shares.Count == 0) throw new VsmlException("a mixed task needs at least one task");
        var common = property(Shares[0].Task);
        foreach (var share in Shares)
        {
            if (!(share.Weight > 0) || !double.IsFinite(share.Weight)) throw new VsmlException("the weights of a mixed task must be above 0");
            if (property(share.Task) != common) throw new VsmlException($"the tasks of a mixed task differ in their {what}: {common} and {property(share.Task)}");
        }
        return common;
    }
}
