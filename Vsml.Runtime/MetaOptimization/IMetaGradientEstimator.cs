namespace Vsml.MetaOptimization;

/// <summary>Estimates the gradient of the meta-loss: evolution strategies, or backpropagation through time.</summary>
public interface IMetaGradientEstimator
{
    /// <summary>Runs one meta-iteration's episodes, or parts of them, and estimates the gradient.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="iteration">The meta-iteration.</param>
    /// <param name="theta">The flat meta-parameters.</param>
    /// <param name="episodes">What the episodes are drawn from.</param>
    /// <param name="state">What the iteration before returned, or <see cref="UnrollState.Empty"/>.</param>
    /// <exception cref="VsmlException">Something given does not fit.</exception>
    /// <exception cref="NonFiniteLossException">Too many episodes had losses that are not finite.</exception>
    MetaGradient Estimate(ulong seed, uint iteration, ReadOnlyMemory<float> theta, EpisodeSource episodes, UnrollState state);
}
