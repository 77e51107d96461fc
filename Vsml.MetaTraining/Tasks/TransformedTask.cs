using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>Episodes of another task, changed one transform after the other.</summary>
/// <param name="Source">Where the episodes come from.</param>
/// <param name="Transforms">The changes, in order.</param>
public sealed record TransformedTask(TaskDescription Source, EquatableArray<EpisodeTransform> Transforms) : TaskDescription
{
    /// <summary>Makes the task of a list of transforms.</summary>
    /// <param name="source">Where the episodes come from.</param>
    /// <param name="transforms">The changes, in order.</param>
    public TransformedTask(TaskDescription source, params IEnumerable<EpisodeTransform> transforms)
        : this(source, new EquatableArray<EpisodeTransform>(transforms))
    {
    }

    /// <inheritdoc/>
    public override int InputSize => Sizes.InputSize;

    /// <inheritdoc/>
    public override int OutputSize => Sizes.OutputSize;

    /// <inheritdoc/>
    public override int MaxLength => Source.MaxLength;

    /// <inheritdoc/>
    public override int? FixedLength => Source.FixedLength;

    /// <inheritdoc/>
    public override EpisodeLoss Loss => Source.Loss;

    private (int InputSize, int OutputSize) Sizes
    {
        get
        {
            var sizes = (Source.InputSize, Source.OutputSize);
            foreach (var transform in Transforms) sizes = transform.SizesAfter(sizes.InputSize, sizes.OutputSize);
            return sizes;
        }
    }

    /// <inheritdoc/>
    public override void Sample(ref CounterRandom random, int length, EpisodeData episode)
    {
        Source.Sample(ref random, length, episode);
        for (var i = 0; i < Transforms.Count; i++)
        {
            var transform = Transforms[i];
            transform.SizesAfter(episode.InputSize, episode.OutputSize);
            transform.Apply(ref random, episode);
        }
    }
}
