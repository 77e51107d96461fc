using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Vsml.Data;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// Episodes of labelled images, or of the lines of a CSV file, drawn without replacement. They are resized and then standardised with
/// the mean and standard deviation of their own part of the data set (<see cref="DatasetCatalogue.Prepare"/>).
/// </summary>
[VsmlPart("images")]
public sealed record ImageTask : TaskDescription
{
    /// <summary>Name or file of the data set, as <see cref="DatasetCatalogue.Load"/> takes it. Default mnist.</summary>
    [DataReference]
    public string Data { get; init; } = "mnist";

    /// <summary>Which part. Default the training images. A file is divided by the rule of <see cref="DatasetDivision"/>.</summary>
    public DatasetSplit Split { get; init; } = DatasetSplit.Train;

    /// <summary>The label's column in a CSV file: its name, or its index from 0, negative from the end. Default null: see <see cref="CsvOptions"/>.</summary>
    [TextOrNumber]
    public string? Label { get; init; }

    /// <summary>Whether the first line of a CSV file names its columns. Default null: goes by the content where that is sure.</summary>
    public bool? Header { get; init; }

    /// <summary>By which figures inputs are standardised. Default null: the columns of a CSV file each by its own, images by one mean and deviation.</summary>
    public Standardisation? Standardise { get; init; }

    /// <summary>Rows and columns; 0, the default, for the set's own size.</summary>
    [Range(0, ImageResizing.LargestSize), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Size { get; init; }

    /// <summary>Whether each pixel is the mean of its channels, as dense networks take colour images; convolutions take the channels themselves. Default false.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Grey { get; init; }

    /// <summary>The classes to use, relabelled 0, 1, ... in this order. Default none given: all that have examples.</summary>
    [Range(0, int.MaxValue), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public EquatableArray<int> Classes { get; init; }

    /// <summary>Number of classes drawn at random for every episode out of those in use, relabelled in their order. Default 0: all.</summary>
    [Range(0, int.MaxValue), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ClassCount { get; init; }

    /// <inheritdoc/>
    public override int InputSize => Dataset.ImageSize;

    /// <inheritdoc/>
    public override int OutputSize => ClassCount > 0 ? ClassCount : UsedClasses(Dataset);

    /// <inheritdoc/>
    public override int MaxLength
    {
        get
        {
            var dataset = Dataset;
            var used = Enumerable.Range(0, UsedClasses(dataset)).Select(c => dataset.OfClass(ClassAt(dataset, c)).Length).Order();
            return used.Take(OutputSize).Sum();
        }
    }

    /// <inheritdoc/>
    internal override IEnumerable<ImageDataset> Datasets => [Dataset];

    private ImageDataset Dataset => DatasetCatalogue.Prepare(Data, Split, Size, new(Label, Header), Standardise, Grey);

    /// <inheritdoc/>
    public override TaskDescription Resize(int inputs, int classes) => classes > 0 ? this with { ClassCount = classes } : this;

    /// <inheritdoc/>
    public override void Sample(ref CounterRandom random, int length, EpisodeData episode)
    {
        var dataset = Dataset;
        var used = UsedClasses(dataset);
        var count = ClassCount > 0 ? ClassCount : used;
        episode.Reshape(length, dataset.ImageSize, count);
        var chosen = episode.Numbers(used).Span;
        if (count < used)
        {
            for (var c = 0; c < count; c++)
            {
                var other = c + random.NextInt(used - c);
                (chosen[c], chosen[other]) = (chosen[other], chosen[c]);
            }
            chosen = chosen[..count];
            chosen.Sort();
        }
        var poolSize = 0;
        for (var c = 0; c < count; c++)
        {
            chosen[c] = ClassAt(dataset, chosen[c]);
            poolSize += dataset.OfClass(chosen[c]).Length;
        }
        if (length > poolSize)
            throw new VsmlException($"{Data}: an episode of {length} examples is longer than the {poolSize} images it is drawn from");
        Draw(ref random, dataset, chosen, poolSize, episode);
    }

    // The first T steps of a Fisher-Yates shuffle, undone afterwards: no work in proportion to the data set.
    private static void Draw(ref CounterRandom random, ImageDataset dataset, ReadOnlySpan<int> classes, int poolSize, EpisodeData episode)
    {
        // Room for the whole set: the next episode's classes may have more images.
        var (pool, swaps) = episode.Pool(dataset.Count);
        var rows = episode.Rows();
        for (var t = 0; t < episode.Length; t++)
        {
            var other = t + random.NextInt(poolSize - t);
            swaps[t] = other;
            (pool[t], pool[other]) = (pool[other], pool[t]);
            (rows[t], episode.Classes[t]) = Find(dataset, classes, pool[t]);
        }
        for (var t = episode.Length - 1; t >= 0; t--) (pool[t], pool[swaps[t]]) = (pool[swaps[t]], pool[t]);
        episode.ShowImages(dataset);
    }

    // The pool is the chosen classes' images one class after the other.
    private static (int Image, int Label) Find(ImageDataset dataset, ReadOnlySpan<int> classes, int index)
    {
        for (var c = 0; ; c++)
        {
            var images = dataset.OfClass(classes[c]);
            if (index < images.Length) return (images[index], c);
            index -= images.Length;
        }
    }

    private int UsedClasses(ImageDataset dataset)
    {
        for (var i = 0; i < Classes.Count; i++)
        {
            if ((uint)Classes[i] >= (uint)dataset.ClassCount) throw new VsmlException($"{Data}: class {Classes[i]} is outside 0..{dataset.ClassCount - 1}");
            if (dataset.OfClass(Classes[i]).IsEmpty) throw new VsmlException($"{Data}: class {Classes[i]} ({dataset.ClassNames[Classes[i]]}) has no example in this part of the data");
            for (var j = 0; j < i; j++)
                if (Classes[i] == Classes[j]) throw new VsmlException($"{Data}: class {Classes[i]} stands twice among the classes to use");
        }
        var used = Classes.Count > 0 ? Classes.Count : dataset.PresentClasses.Length;
        if (ClassCount < 0 || ClassCount > used) throw new VsmlException($"{Data}: {ClassCount} classes are asked for, but there are {used}");
        return used > 1 && ClassCount != 1 ? used : throw new VsmlException($"{Data}: one class leaves nothing to tell apart; use two or more");
    }

    private int ClassAt(ImageDataset dataset, int index) => Classes.Count > 0 ? Classes[index] : dataset.PresentClasses[index];
}
