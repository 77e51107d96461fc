using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>Where perturbations come from. Whatever it is, one key always gives the same perturbation.</summary>
public interface INoise
{
    /// <summary>An antithetic pair around theta.</summary>
    /// <param name="key">The perturbation e.</param>
    /// <param name="theta">The centre.</param>
    /// <param name="noiseStd">Sigma.</param>
    /// <param name="plus">Receives theta + sigma e.</param>
    /// <param name="minus">Receives theta - sigma e.</param>
    void Perturb(in RandomKey key, ReadOnlySpan<float> theta, float noiseStd, Span<float> plus, Span<float> minus);

    /// <summary>Adds the sum over j of weight[j] * e_j, in the order of j, to part of a vector.</summary>
    /// <param name="keys">The perturbations e_j.</param>
    /// <param name="weights">One weight each.</param>
    /// <param name="start">Parameter that sum[0] stands for, a multiple of <see cref="NormalNoise.GroupSize"/>.</param>
    /// <param name="sum">The part.</param>
    void AddWeighted(ReadOnlySpan<RandomKey> keys, ReadOnlySpan<float> weights, int start, Span<float> sum);
}
