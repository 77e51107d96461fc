using System.ComponentModel.DataAnnotations;
using System.Numerics.Tensors;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// Vectors of truncated normal numbers around a mean that is drawn for each, uniform in [-1, 1]; class 1 if their sum is at least
/// 0, else class 0.
/// </summary>
[VsmlPart("sum-sign")]
public sealed record SumSignTask : TaskDescription
{
    /// <summary>Floats of a vector. Default 784.</summary>
    [Range(1, GeneratedSizes.Largest)]
    public int Inputs { get; init; } = 784;

    /// <inheritdoc/>
    public override int InputSize => Inputs;

    /// <inheritdoc/>
    public override int OutputSize => 2;

    /// <inheritdoc/>
    public override TaskDescription Resize(int inputs, int classes) => inputs > 0 ? this with { Inputs = inputs } : this;

    /// <inheritdoc/>
    public override void Sample(ref CounterRandom random, int length, EpisodeData episode)
    {
        episode.Reshape(length, InputSize, OutputSize);
        for (var t = 0; t < length; t++)
        {
            var mean = random.NextUniform(-1f, 1f);
            var row = episode.Inputs.AsSpan(t * Inputs, Inputs);
            random.FillTruncatedNormal(row);
            TensorPrimitives.Add(row, mean, row);
            var sum = 0.0;
            foreach (var value in row) sum += value;
            episode.Classes[t] = sum >= 0 ? 1 : 0;
        }
    }
}
