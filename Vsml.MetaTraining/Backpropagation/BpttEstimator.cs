using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// Backpropagation through time: the exact gradient of a meta-batch's mean loss, or with a truncation that of a window, the state
/// carried on to the next meta-iteration. The sum over episodes has one order.
/// </summary>
public sealed class BpttEstimator : IMetaGradientEstimator
{
    private readonly BpttOptions _options;
    private readonly IGradientRunner _runner;

    /// <summary>Puts options and runner together.</summary>
    /// <param name="options">Hyper-parameters.</param>
    /// <param name="runner">Runs the episodes.</param>
    /// <exception cref="VsmlException">An option is out of range.</exception>
    public BpttEstimator(BpttOptions options, IGradientRunner runner)
    {
        ConfigurationProblem.ThrowIfAny(ConfigurationWalk.Of(options, "estimator").Problems);
        (_options, _runner) = (options, runner);
    }

    /// <inheritdoc/>
    public TapeMemory? Memory => _runner.Memory;

    private long MemoryBytes => (long)(_options.MemoryMiB * (1 << 20));

    /// <inheritdoc/>
    public void Check(EpisodeSource episodes) => _runner.Check(episodes, _options.EpisodeCount, _options.TruncationOf(episodes).Longest(episodes.Length), MemoryBytes);

    /// <inheritdoc/>
    public MetaGradient Estimate(
        ulong seed, uint iteration, ReadOnlyMemory<float> theta, EpisodeSource episodes, UnrollState state, CancellationToken cancellation = default)
    {
        var truncation = _options.TruncationOf(episodes);
        truncation.CheckFits(episodes.Length);
        if (state.PairCount != 0 && state.PairCount != _options.EpisodeCount)
            throw new VsmlException($"The unroll state is that of {state.PairCount} episodes, but there are {_options.EpisodeCount}.");
        if (state.PairCount == 0) state = UnrollState.Beginning(truncation, _options.EpisodeCount, iteration, episodes.Length);
        var outcomes = _runner.Run(new GradientRequest
        {
            Seed = seed,
            Iteration = iteration,
            EpisodeCount = _options.EpisodeCount,
            Theta = theta,
            Episodes = episodes,
            Length = truncation.Length(seed, iteration, episodes.Length),
            Longest = truncation.Longest(episodes.Length),
            Stride = _options.Stride,
            MemoryBytes = MemoryBytes,
            State = state,
        }, cancellation);
        return Collect(seed, iteration, theta.Length, state, [.. outcomes.Select(OfFiniteNumbers)]);
    }

    // One number that is not finite would spoil the sum, whichever backend it comes from.
    private static WindowOutcome OfFiniteNumbers(WindowOutcome outcome) =>
        double.IsFinite(outcome.Loss) && ((ReadOnlySpan<float>)outcome.Gradient).IndexOfNonFinite() < 0 ? outcome : WindowOutcome.Dropped(outcome.Examples);

    private MetaGradient Collect(ulong seed, uint iteration, int parameters, UnrollState state, IReadOnlyList<WindowOutcome> outcomes)
    {
        var kept = outcomes.Count(outcome => !double.IsNaN(outcome.Loss));
        var dropped = new List<DroppedPair>();
        var sums = new double[parameters];
        var (loss, correct, counted, examples) = (0.0, 0L, 0L, 0L);
        var (began, positions, learners) = (new uint[outcomes.Count], new int[outcomes.Count], new float[outcomes.Count][]);
        for (var i = 0; i < outcomes.Count; i++)
        {
            var outcome = outcomes[i];
            examples += outcome.Examples;
            var present = state.At(i, iteration).Began;
            (positions[i], learners[i]) = (outcome.Position, outcome.Learner);
            began[i] = outcome.Position > 0 ? present : iteration + 1;
            if (double.IsNaN(outcome.Loss))
            {
                dropped.Add(new DroppedPair(present, (uint)i));
                continue;
            }
            loss += outcome.Loss;
            correct += outcome.Correct;
            counted += outcome.Counted;
            for (var p = 0; p < parameters; p++) sums[p] += outcome.Gradient[p];
        }
        if (dropped.Count > _options.MaxDroppedShare * outcomes.Count)
            throw new NonFiniteLossException(seed, iteration, dropped, outcomes.Count, _options.MaxDroppedShare);
        float[] gradient = kept == 0 ? [] : Array.ConvertAll(sums, sum => (float)(sum / kept));
        var unroll = Array.Exists(positions, position => position > 0) ? new UnrollState(began, positions, learners) : UnrollState.Empty;
        return new MetaGradient(counted == 0 ? null : loss / counted, counted == 0 ? null : correct / (double)counted, gradient, unroll, dropped, examples);
    }
}
