using System.ComponentModel.DataAnnotations;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>Keeps some of the inputs, chosen anew for every episode, in random order.</summary>
/// <param name="Count">How many.</param>
[VsmlPart("random-pixels")]
public sealed record RandomPixels([property: Range(1, int.MaxValue)] int Count) : EpisodeTransform
{
    /// <inheritdoc/>
    public override (int InputSize, int OutputSize) SizesAfter(int inputSize, int outputSize) =>
        Count >= 1 && Count <= inputSize ? (Count, outputSize)
        : throw new VsmlException($"random pixels: {Count} of {inputSize} inputs cannot be chosen");

    /// <inheritdoc/>
    public override EpisodeTransform WithInputs(int inputs) => this with { Count = inputs };

    /// <inheritdoc/>
    public override void Apply(ref CounterRandom random, EpisodeData episode)
    {
        var size = episode.InputSize;
        var numbers = episode.Numbers(size);
        var chosen = numbers.Span;
        for (var i = 0; i < Count; i++)
        {
            var other = i + random.NextInt(size - i);
            (chosen[i], chosen[other]) = (chosen[other], chosen[i]);
        }
        episode.Change(new SelectionStep(numbers[..Count]));
    }
}
