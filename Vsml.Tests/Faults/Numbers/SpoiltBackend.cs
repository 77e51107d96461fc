using Vsml.MetaTraining;

namespace Vsml.Tests.Faults.Numbers;

/// <summary>A backend that in one meta-iteration gives wrong numbers: a loss of pairs, or one of the numbers of episodes' gradients.</summary>
/// <param name="iteration">The meta-iteration.</param>
/// <param name="isSpoilt">Whether a pair or episode is, by its index.</param>
/// <param name="value">What stands in place of the number.</param>
internal sealed class SpoiltBackend(uint iteration, Func<uint, bool> isSpoilt, float value) : IEpisodeBackend
{
    /// <inheritdoc/>
    public string Name => CpuBackend.Instance.Name;

    /// <inheritdoc/>
    public IPopulationRunner Populations(EstimatorContext context) => new Population(CpuBackend.Instance.Populations(context), this);

    /// <inheritdoc/>
    public IGradientRunner Gradients(EstimatorContext context) => new Gradient(CpuBackend.Instance.Gradients(context), this);

    private bool IsSpoilt(uint present, long index) => present == iteration && isSpoilt((uint)index);

    private float Value => value;

    private sealed class Population(IPopulationRunner inner, SpoiltBackend backend) : IPopulationRunner
    {
        public PopulationResult Run(PopulationRequest request, CancellationToken cancellation = default)
        {
            var result = inner.Run(request, cancellation);
            for (var i = 0; i < request.PairCount; i++)
                if (backend.IsSpoilt(request.Iteration, request.FirstPair + i)) result.Losses[2 * i] = backend.Value;
            return result;
        }
    }

    private sealed class Gradient(IGradientRunner inner, SpoiltBackend backend) : IGradientRunner
    {
        public TapeMemory? Memory => inner.Memory;

        public IReadOnlyList<WindowOutcome> Run(GradientRequest request, CancellationToken cancellation = default)
        {
            var outcomes = inner.Run(request, cancellation);
            for (var i = 0; i < outcomes.Count; i++)
                if (backend.IsSpoilt(request.Iteration, request.FirstEpisode + i)) outcomes[i].Gradient[i] = backend.Value;
            return outcomes;
        }
    }
}
