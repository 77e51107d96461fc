using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Vsml.Data;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// Few-shot classification of Omniglot's characters: some characters, drawn anew for every episode and numbered at random, each shown
/// once in random order, then another drawing of one of them as the query. Only the query counts.
/// </summary>
[VsmlPart("omniglot")]
public sealed record OmniglotTask : TaskDescription
{
    /// <summary>A set of Omniglot's by name (omniglot, omniglot-small), or the path of a zip archive of the published form.</summary>
    [JsonRequired]
    [DataReference]
    public string Archive { get; init; } = "images_background.zip";

    /// <summary>Which characters of a named set; an archive given by its path is taken whole. Default all.</summary>
    public DatasetSplit Split { get; init; } = DatasetSplit.All;

    /// <summary>Characters of an episode. Default 5.</summary>
    [Range(1, int.MaxValue - 1)]
    public int Ways { get; init; } = 5;

    /// <summary>Rows and columns; 0 for the drawings' own 105. Default 28.</summary>
    [Range(0, ImageResizing.LargestSize)]
    public int Size { get; init; } = 28;

    /// <inheritdoc/>
    public override int InputSize => Dataset.ImageSize;

    /// <inheritdoc/>
    public override int OutputSize => Ways >= 1 && Ways <= Dataset.ClassCount ? Ways
        : throw new VsmlException($"{Archive}: {Ways} characters are asked for, but there are {Dataset.ClassCount}");

    /// <inheritdoc/>
    public override int MaxLength
    {
        get
        {
            // Any character can become the query, so one that cannot be is found here and not in some late episode.
            var dataset = Dataset;
            for (var c = 0; c < dataset.ClassCount; c++)
                if (dataset.OfClass(c).Length < 2) throw SingleDrawing(dataset, c);
            return Ways + 1;
        }
    }

    /// <inheritdoc/>
    public override int? FixedLength => Ways + 1;

    /// <inheritdoc/>
    public override EpisodeLoss Loss => EpisodeLoss.Last;

    /// <inheritdoc/>
    internal override IEnumerable<ImageDataset> Datasets => [Dataset];

    private ImageDataset Dataset => Split == DatasetSplit.All || DatasetCatalogue.HasTestPart(Archive) ? DatasetCatalogue.Prepare(Archive, Split, Size)
        : throw new VsmlException($"{Archive}: an archive given by its path is taken whole; leave out split, or name a set such as omniglot");

    /// <inheritdoc/>
    public override void Sample(ref CounterRandom random, int length, EpisodeData episode)
    {
        if (length != Ways + 1) throw new VsmlException($"episodes of this task have {Ways + 1} examples, not {length}");
        var dataset = Dataset;
        episode.Reshape(length, dataset.ImageSize, OutputSize);
        var characters = episode.Numbers(dataset.ClassCount).Span;
        for (var c = 0; c < Ways; c++)
        {
            var other = c + random.NextInt(characters.Length - c);
            (characters[c], characters[other]) = (characters[other], characters[c]);
        }
        var labels = episode.Labels(Ways);
        for (var c = 0; c < Ways; c++) labels[c] = c;
        random.Shuffle(labels);

        var queried = random.NextInt(Ways);
        for (var c = 0; c < Ways; c++)
        {
            var drawings = dataset.OfClass(characters[c]);
            var shown = random.NextInt(drawings.Length);
            Put(c, drawings[shown], labels[c]);
            if (c != queried) continue;
            if (drawings.Length < 2) throw SingleDrawing(dataset, characters[c]);
            var query = random.NextInt(drawings.Length - 1);
            Put(Ways, drawings[query < shown ? query : query + 1], labels[c]);
        }
        episode.ShowImages(dataset);

        void Put(int example, int image, int label)
        {
            episode.Rows()[example] = image;
            episode.Classes[example] = label;
        }
    }

    private VsmlException SingleDrawing(ImageDataset dataset, int character) =>
        new($"{Archive}: character {dataset.ClassNames[character]} has one drawing only, so none is left for the query; remove it from the archive");
}
