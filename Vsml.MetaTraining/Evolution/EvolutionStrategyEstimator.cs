namespace Vsml.MetaTraining;

/// <summary>
/// Evolution strategies as an estimator: full, truncated, Persistent and Noise-Reuse ES (<see cref="EsVariant"/>). The losses of a
/// part of an episode count in proportion to its length, so that all examples of an episode weigh the same.
/// </summary>
public sealed class EvolutionStrategyEstimator : IMetaGradientEstimator
{
    private readonly EsOptions _options;
    private readonly IPopulationRunner _runner;
    private readonly int _threads;
    private readonly INoise _noise;

    /// <summary>Puts strategy and runner together.</summary>
    /// <param name="options">Hyper-parameters.</param>
    /// <param name="runner">Runs the episodes.</param>
    /// <param name="threads">Threads that sum the gradient; 0 for one a core. The bits do not depend on it.</param>
    /// <param name="noise">Where perturbations come from, the same as the runner's; if null, <see cref="PhiloxNoise"/>.</param>
    /// <exception cref="VsmlException">An option is out of range.</exception>
    public EvolutionStrategyEstimator(EsOptions options, IPopulationRunner runner, int threads = 0, INoise? noise = null)
    {
        ConfigurationProblem.ThrowIfAny(ConfigurationWalk.Of(options, "estimator").Problems);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        _options = options;
        _runner = runner;
        _threads = threads == 0 ? Environment.ProcessorCount : threads;
        _noise = noise ?? PhiloxNoise.Instance;
    }

    /// <inheritdoc/>
    public string? Waves => _runner.Waves;

    /// <inheritdoc/>
    public MetaGradient Estimate(
        ulong seed, uint iteration, ReadOnlyMemory<float> theta, EpisodeSource episodes, UnrollState state, CancellationToken cancellation = default)
    {
        var truncation = _options.TruncationOf(episodes);
        truncation.CheckFits(episodes.Length);
        if (state.PairCount == 0) state = UnrollState.Beginning(truncation, _options.PairCount, iteration, episodes.Length);
        if (state.PairCount != 0 && state.PairCount != _options.PairCount)
            throw new VsmlException($"The unroll state is that of {state.PairCount} pairs, but there are {_options.PairCount}.");
        var result = _runner.Run(new PopulationRequest
        {
            Seed = seed,
            Iteration = iteration,
            PairCount = _options.PairCount,
            Theta = theta,
            NoiseStd = _options.NoiseStd,
            Variant = _options.Variant,
            Episodes = episodes,
            Length = truncation.Length(seed, iteration, episodes.Length),
            State = state,
        }, cancellation);

        var began = new uint[_options.PairCount];
        for (var pair = 0; pair < began.Length; pair++) began[pair] = state.At(pair, iteration).Began;
        var nominal = episodes.Loss == EpisodeLoss.Last ? 1 : truncation.Longest(episodes.Length);
        var (gradient, dropped) = EsGradient.Estimate(
            _options, seed, iteration, began, result.Losses, Weights(result.Counted, nominal), theta.Length, _noise, _threads);
        var (loss, accuracy) = Means(result);
        return new MetaGradient(loss, accuracy, gradient, result.State, dropped, result.Examples);
    }

    private static float[] Weights(int[] counted, int nominal)
    {
        var weights = new float[counted.Length];
        for (var pair = 0; pair < weights.Length; pair++) weights[pair] = counted[pair] / (float)nominal;
        return weights;
    }

    private static (double? Loss, double? Accuracy) Means(PopulationResult result)
    {
        var (sum, correct, counted) = (0.0, 0L, 0L);
        for (var pair = 0; pair < result.Counted.Length; pair++)
        {
            var both = (double)result.Losses[2 * pair] + result.Losses[2 * pair + 1];
            if (!double.IsFinite(both)) continue;
            sum += both * result.Counted[pair];
            correct += result.Correct[pair];
            counted += 2 * result.Counted[pair];
        }
        return counted == 0 ? (null, null) : (sum / counted, correct / (double)counted);
    }
}
