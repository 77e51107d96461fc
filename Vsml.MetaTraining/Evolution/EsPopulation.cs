using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>The members that <see cref="EvolutionStrategy.Ask"/> wants losses of; each is made when it is looked at.</summary>
public sealed class EsPopulation
{
    private readonly EsOptions _options;
    private readonly EsState _state;
    private readonly INoise _noise;

    internal EsPopulation(EsOptions options, EsState state, INoise noise)
    {
        _options = options;
        _state = state;
        _noise = noise;
    }

    /// <summary>Number of antithetic pairs.</summary>
    public int PairCount => _options.PairCount;

    /// <summary>The two members of a pair.</summary>
    /// <param name="pair">The pair, from 0.</param>
    public (float[] Plus, float[] Minus) Pair(int pair)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)pair, (uint)PairCount);
        var (plus, minus) = (new float[_state.Theta.Length], new float[_state.Theta.Length]);
        var key = EsNoiseRule.Present(_options.Variant, _state.Seed, _state.Began, _state.Iteration, (uint)pair);
        _noise.Perturb(key, _state.Theta, _options.NoiseStd, plus, minus);
        return (plus, minus);
    }
}
