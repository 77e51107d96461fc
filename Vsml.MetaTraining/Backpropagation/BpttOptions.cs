using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Vsml.MetaTraining;

/// <summary>Backpropagation through time.</summary>
[VsmlPart("bptt")]
public sealed record BpttOptions : EstimatorConfiguration, IValidatableObject
{
    /// <summary>Episodes of the meta-batch. Published: 128.</summary>
    [JsonPropertyName("episodes"), Range(1, int.MaxValue)]
    public int EpisodeCount { get; init; } = 128;

    /// <summary>Examples by which an episode goes on between two meta-iterations; 0 for the whole truncation window.</summary>
    [Range(0, int.MaxValue)]
    public int Stride { get; init; }

    /// <summary>MiB that the states kept for the reverse pass may take, on all threads (or the device) together. Default 1024.</summary>
    [JsonPropertyName("memoryMiB"), Range(0.001, 1e9)]
    public double MemoryMiB { get; init; } = 1024;

    /// <summary>Share of episodes that may drop out with a loss or gradient that is not finite. Default 0.5.</summary>
    [Range(0, 1.0)]
    public double MaxDroppedShare { get; init; } = 0.5;

    /// <inheritdoc/>
    [JsonIgnore]
    public override int EpisodesPerIteration => EpisodeCount;

    internal override int Advance(ulong seed, uint iteration, EpisodeSource episodes) => Stride > 0 ? Stride : base.Advance(seed, iteration, episodes);

    /// <inheritdoc/>
    public override IMetaGradientEstimator Create(EstimatorContext context) => new BpttEstimator(this, context.Backend.Gradients(context));

    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext context)
    {
        if (Stride > 0 && Truncation == TruncationSchedule.None)
            yield return new ValidationResult("a stride needs a truncation, whose window it moves on.", [nameof(Stride)]);
        else if (Stride > Truncation.Shortest(int.MaxValue))
            yield return new ValidationResult($"a stride of {Stride} examples is longer than the truncation of {Truncation.Shortest(int.MaxValue)}, so that examples would be left out; shorten it.", [nameof(Stride)]);
    }
}
