using System.ComponentModel.DataAnnotations;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>Multiplies all inputs of an episode by exp(u), u uniform in +-<paramref name="LogRange"/>, so that no scale can be relied on.</summary>
/// <param name="LogRange">Largest logarithm of the factor; default .5.</param>
[VsmlPart("input-scale-jitter")]
public sealed record InputScaleJitter([property: Range(0, InputScaleJitter.WidestLogRange)] float LogRange = .5f) : EpisodeTransform
{
    private const double WidestLogRange = 10;

    /// <inheritdoc/>
    public override (int InputSize, int OutputSize) SizesAfter(int inputSize, int outputSize) =>
        LogRange is >= 0 and <= (float)WidestLogRange ? (inputSize, outputSize)
        : throw new VsmlException($"input scale jitter: the range of the logarithm must be from 0 to {WidestLogRange}");

    /// <inheritdoc/>
    public override void Apply(ref CounterRandom random, EpisodeData episode) =>
        episode.Change(new ScaleStep(DeterministicMath.Exp(random.NextUniform(-LogRange, LogRange)), episode.InputSize));
}
