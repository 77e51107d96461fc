using Vsml.Data;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>Episodes of another task, changed one transform after the other.</summary>
public sealed record TransformedTask : TaskDescription
{
    /// <summary>Makes the task.</summary>
    /// <param name="source">Where the episodes come from.</param>
    /// <param name="transforms">The changes, in order.</param>
    public TransformedTask(TaskDescription source, params EquatableArray<EpisodeTransform> transforms) =>
        // One list, as in JSON, however it came together.
        (Source, Transforms) = source is TransformedTask inner ? (inner.Source, [.. inner.Transforms, .. transforms]) : (source, transforms);

    /// <summary>Where the episodes come from; never itself transformed.</summary>
    public TaskDescription Source { get; }

    /// <summary>The changes, in order.</summary>
    public EquatableArray<EpisodeTransform> Transforms { get; }

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

    /// <inheritdoc/>
    internal override IEnumerable<ImageDataset> Datasets => Source.Datasets;

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
    public override TaskDescription Resize(int inputs, int classes)
    {
        if (inputs == 0) return new TransformedTask(Source.Resize(0, classes), Transforms);
        // The last change of the inputs' number decides it, so that one is set; what comes before keeps its own.
        var transforms = Transforms.ToArray();
        for (var i = transforms.Length - 1; i >= 0; i--)
            if (transforms[i].WithInputs(inputs) is { } resized)
            {
                transforms[i] = resized;
                return new TransformedTask(Source.Resize(0, classes), [.. transforms]);
            }
        return new TransformedTask(Source.Resize(inputs, classes), Transforms);
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
