namespace Vsml.MetaTraining;

/// <summary>
/// Evolution strategies with the face that users of other libraries know: init, ask, tell. For losses of one's own making;
/// meta-training computes the very same.
/// </summary>
public sealed class EvolutionStrategy
{
    private readonly EsOptions _options;
    private readonly IMetaOptimizer _optimizer;
    private readonly INoise _noise;

    /// <summary>Puts estimator and optimizer together.</summary>
    /// <param name="options">Hyper-parameters of the estimator.</param>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="noise">Where perturbations come from; if null, <see cref="PhiloxNoise"/>.</param>
    /// <exception cref="VsmlException">An option is out of range.</exception>
    public EvolutionStrategy(EsOptions options, IMetaOptimizer optimizer, INoise? noise = null)
    {
        ConfigurationProblem.ThrowIfAny(ConfigurationWalk.Of(options, "options").Problems);
        _options = options;
        _optimizer = optimizer;
        _noise = noise ?? PhiloxNoise.Instance;
    }

    /// <summary>The state before the first iteration.</summary>
    /// <param name="theta">Initial parameters.</param>
    /// <param name="seed">Seed of the run.</param>
    public EsState Init(ReadOnlySpan<float> theta, ulong seed) => new(seed, 0, 0, theta.ToArray(), _optimizer.Initial(theta.Length));

    /// <summary>The members of the next iteration.</summary>
    /// <param name="state">Where the strategy stands.</param>
    public EsPopulation Ask(EsState state) => new(_options, state, _noise);

    /// <summary>Takes the members' losses in and makes a step.</summary>
    /// <param name="state">The state that was asked; stays as it is.</param>
    /// <param name="losses">Losses of plus and minus members [pairs, 2].</param>
    /// <param name="learningRate">Learning rate of this step.</param>
    /// <param name="episodesEnd">
    /// Whether the episodes ended with these losses; false if the next ones continue them, which matters to the variants for
    /// parts of episodes.
    /// </param>
    /// <returns>The next state, the gradient (empty if no pair was left, then theta stays), and the pairs that dropped out.</returns>
    /// <exception cref="NonFiniteLossException">More pairs dropped out than the options allow.</exception>
    public (EsState State, float[] Gradient, IReadOnlyList<DroppedPair> Dropped) Tell(
        EsState state, ReadOnlySpan<float> losses, double learningRate, bool episodesEnd = true)
    {
        var began = new uint[_options.PairCount];
        Array.Fill(began, state.Began);
        var (gradient, dropped) = EsGradient.Estimate(
            _options, state.Seed, state.Iteration, began, losses, [], state.Theta.Length, _noise, threads: 1);
        var theta = (float[])state.Theta.Clone();
        var optimizer = state.Optimizer.Copy();
        if (gradient.Length > 0) _optimizer.Step(optimizer, gradient, learningRate, theta);
        var next = state.Iteration + 1;
        return (state with { Iteration = next, Began = episodesEnd || _options.Variant == EsVariant.Full ? next : state.Began, Theta = theta, Optimizer = optimizer }, gradient, dropped);
    }
}
