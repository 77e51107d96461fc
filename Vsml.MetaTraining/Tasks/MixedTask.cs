using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Vsml.Data;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>One part of a <see cref="MixedTask"/>.</summary>
/// <param name="Weight">How often it is taken, in proportion to the other weights.</param>
/// <param name="Task">The task.</param>
public sealed record TaskShare([property: Range(1e-6, 1e6), DefaultValue(1.0)] double Weight, TaskDescription Task)
{
    /// <summary>A task alone, or as often as others.</summary>
    /// <param name="task">The task.</param>
    public static implicit operator TaskShare(TaskDescription task) => new(1, task);
}

/// <summary>Every episode comes from one of several tasks of the same sizes, chosen at random.</summary>
/// <param name="Shares">The tasks and how often each is taken.</param>
[VsmlPart("mixed")]
public sealed record MixedTask([property: JsonPropertyName("tasks"), MinLength(1)] params EquatableArray<TaskShare> Shares) : TaskDescription
{
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
    internal override IEnumerable<ImageDataset> Datasets => Shares.SelectMany(share => share.Task.Datasets);

    /// <inheritdoc/>
    public override TaskDescription Resize(int inputs, int classes) =>
        new MixedTask([.. Shares.Select(share => share with { Task = share.Task.Resize(inputs, classes) })]);

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
