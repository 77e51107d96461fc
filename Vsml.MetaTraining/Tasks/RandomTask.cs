using System.ComponentModel.DataAnnotations;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// Pure memorisation: some normal vectors with random labels, new for every episode, shown again and again, each once in every pass
/// and in a new order each time.
/// </summary>
[VsmlPart("random")]
public sealed record RandomTask : TaskDescription
{
    /// <summary>Different vectors of an episode. Default 20.</summary>
    [Range(1, GeneratedSizes.Largest)]
    public int Vectors { get; init; } = 20;

    /// <summary>Floats of a vector. Default 784.</summary>
    [Range(1, GeneratedSizes.Largest)]
    public int Inputs { get; init; } = 784;

    /// <summary>Number of classes. Default 10.</summary>
    [Range(1, GeneratedSizes.Largest)]
    public int Classes { get; init; } = 10;

    /// <inheritdoc/>
    public override int InputSize => Inputs;

    /// <inheritdoc/>
    public override int OutputSize => Classes;

    /// <inheritdoc/>
    public override TaskDescription Resize(int inputs, int classes) =>
        this with { Inputs = inputs > 0 ? inputs : Inputs, Classes = classes > 0 ? classes : Classes };

    /// <inheritdoc/>
    public override void Sample(ref CounterRandom random, int length, EpisodeData episode)
    {
        if (Vectors is < 1 or > GeneratedSizes.Largest) Validate(length);
        episode.Reshape(length, InputSize, OutputSize);
        if ((long)Vectors * Inputs > Array.MaxLength) throw new VsmlException($"{Vectors} vectors of {Inputs} are too many for memory");
        var vectors = episode.Weights(Vectors * Inputs);
        random.FillNormal(vectors);
        var labels = episode.Labels(Vectors);
        for (var i = 0; i < Vectors; i++) labels[i] = random.NextInt(Classes);

        var order = episode.Numbers(Vectors).Span;
        var rows = episode.Rows();
        for (var t = 0; t < length; t++)
        {
            if (t % Vectors == 0) random.Shuffle(order);
            var vector = order[t % Vectors];
            (rows[t], episode.Classes[t]) = (vector, labels[vector]);
        }
        episode.ShowVectors();
    }
}
