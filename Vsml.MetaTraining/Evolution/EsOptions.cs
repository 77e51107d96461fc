using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Vsml.MetaTraining;

/// <summary>Evolution strategies: full, truncated, persistent or noise-reuse.</summary>
[VsmlPart]
public sealed record EsOptions : EstimatorConfiguration, IValidatableObject
{
    /// <summary>Which strategy. Default full ES.</summary>
    [JsonPropertyName("type")]
    public EsVariant Variant { get; init; } = EsVariant.Full;

    /// <summary>Number of antithetic pairs; the population has twice as many members. Default 128.</summary>
    [JsonPropertyName("pairs"), Range(1, int.MaxValue)]
    public int PairCount { get; init; } = 128;

    /// <summary>Sigma, the standard deviation of the noise. Default 0.05.</summary>
    [Range(1e-9, double.MaxValue)]
    public float NoiseStd { get; init; } = 0.05f;

    /// <summary>What losses become before they weigh the noise. Default nothing else.</summary>
    [JsonPropertyName("fitnessShaping")]
    public FitnessShaping Shaping { get; init; } = FitnessShaping.None;

    /// <summary>Share of pairs that may drop out for non-finite losses; with more the run stops. Default 0.5.</summary>
    [Range(0, 1.0)]
    public double MaxDroppedShare { get; init; } = 0.5;

    /// <inheritdoc/>
    [JsonIgnore]
    public override int EpisodesPerIteration => PairCount;

    /// <inheritdoc/>
    public override IMetaGradientEstimator Create(EstimatorContext context) =>
        new EvolutionStrategyEstimator(this, context.Backend.Populations(context), context.Threads);

    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext context)
    {
        if (Variant == EsVariant.Full && Truncation != TruncationSchedule.None)
            yield return new ValidationResult("es runs whole episodes; take truncated-es, pes or nres for parts of them.", [nameof(Truncation)]);
    }
}
