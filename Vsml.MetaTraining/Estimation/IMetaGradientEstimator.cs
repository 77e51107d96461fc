namespace Vsml.MetaTraining;

/// <summary>Estimates the gradient of the meta-loss: evolution strategies, or backpropagation through time.</summary>
public interface IMetaGradientEstimator
{
    /// <summary>Runs one meta-iteration's episodes, or parts of them, and estimates the gradient.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="iteration">The meta-iteration.</param>
    /// <param name="theta">The flat meta-parameters.</param>
    /// <param name="episodes">What the episodes are drawn from.</param>
    /// <param name="state">What the iteration before returned, or <see cref="UnrollState.Empty"/>.</param>
    /// <param name="cancellation">Gives the iteration up.</param>
    /// <exception cref="VsmlException">Something given does not fit.</exception>
    /// <exception cref="NonFiniteLossException">Too many episodes had losses that are not finite.</exception>
    /// <exception cref="OperationCanceledException">The iteration was given up.</exception>
    MetaGradient Estimate(
        ulong seed, uint iteration, ReadOnlyMemory<float> theta, EpisodeSource episodes, UnrollState state, CancellationToken cancellation = default);

    /// <summary>Makes sure, before anything is written, that episodes can be run; does nothing where there is nothing to check.</summary>
    /// <param name="episodes">What the episodes are drawn from.</param>
    /// <exception cref="VsmlException">They cannot; says why.</exception>
    void Check(EpisodeSource episodes)
    {
    }

    /// <summary>Memory that the last estimate's states took, if they are kept for a gradient.</summary>
    TapeMemory? Memory => null;

    /// <summary>How the last estimate's episodes were divided where memory holds only some of them at once, in one line; null if all ran at once.</summary>
    string? Waves => null;
}
