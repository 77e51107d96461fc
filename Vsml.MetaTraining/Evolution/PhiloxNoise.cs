using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>Perturbations made from counters whenever they are needed, never stored (<see cref="NormalNoise"/>).</summary>
public sealed class PhiloxNoise : INoise
{
    /// <summary>The one instance.</summary>
    public static PhiloxNoise Instance { get; } = new();

    private PhiloxNoise()
    {
    }

    /// <inheritdoc/>
    public void Perturb(in RandomKey key, ReadOnlySpan<float> theta, float noiseStd, Span<float> plus, Span<float> minus) =>
        NormalNoise.Perturb(key, theta, noiseStd, plus, minus);

    /// <inheritdoc/>
    public void AddWeighted(ReadOnlySpan<RandomKey> keys, ReadOnlySpan<float> weights, int start, Span<float> sum) =>
        NormalNoise.AddWeighted(keys, weights, start, sum);
}
