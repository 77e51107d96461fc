namespace Vsml.MetaTraining;

/// <summary>Hyper-parameters of evolution strategies.</summary>
public sealed record EsOptions
{
    /// <summary>Which strategy. Default full ES.</summary>
    public EsVariant Variant { get; init; } = EsVariant.Full;

    /// <summary>Number of antithetic pairs; the population has twice as many members. Default 128.</summary>
    public int PairCount { get; init; } = 128;

    /// <summary>Sigma, the standard deviation of the noise. Default 0.05.</summary>
    public float NoiseStd { get; init; } = 0.05f;

    /// <summary>What losses become before they weigh the noise. Default nothing else.</summary>
    public FitnessShaping Shaping { get; init; } = FitnessShaping.None;

    /// <summary>Share of pairs that may drop out for non-finite losses; with more the run stops. Default 0.5.</summary>
    public double MaxDroppedShare { get; init; } = 0.5;

    /// <summary>Checks all values.</summary>
    /// <exception cref="VsmlException">A value is out of range.</exception>
    public void Validate()
    {
        if (PairCount < 1) throw new VsmlException($"ES needs at least one antithetic pair, not {PairCount}.");
        if (!(NoiseStd > 0) || !float.IsFinite(NoiseStd)) throw new VsmlException($"The noise standard deviation is {NoiseStd}; it must be above 0, or every member is the same.");
        if (!(MaxDroppedShare is >= 0 and <= 1)) throw new VsmlException($"The share of pairs that may drop out is {MaxDroppedShare}; it must be between 0 and 1.");
        if (!Enum.IsDefined(Variant) || !Enum.IsDefined(Shaping)) throw new VsmlException($"There is no ES variant {Variant} or no fitness shaping {Shaping}.");
    }
}
