namespace Vsml.MetaTraining;

/// <summary>How a run estimates the gradient of the meta-loss.</summary>
public abstract record EstimatorConfiguration
{
    /// <summary>How much of an episode a meta-iteration unrolls. Default all of it.</summary>
    public TruncationRange Truncation { get; init; } = TruncationRange.None;
}

/// <summary>Evolution strategies: full, truncated, persistent or noise-reuse.</summary>
/// <param name="Options">Variant and hyper-parameters.</param>
public sealed record EsConfiguration(EsOptions Options) : EstimatorConfiguration;

/// <summary>Backpropagation through time.</summary>
/// <param name="Options">Meta-batch, stride and memory.</param>
public sealed record BpttConfiguration(BpttOptions Options) : EstimatorConfiguration;
