using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Tests.Evolution;

/// <summary>Perturbations from a table [iteration, pair, parameter] instead of counters.</summary>
internal sealed class RecordedNoise(double[] table, int pairs, int parameters) : INoise
{
    public void Perturb(in RandomKey key, ReadOnlySpan<float> theta, float noiseStd, Span<float> plus, Span<float> minus)
    {
        var row = Row(key);
        for (var i = 0; i < theta.Length; i++)
        {
            plus[i] = (float)(theta[i] + noiseStd * row[i]);
            minus[i] = (float)(theta[i] - noiseStd * row[i]);
        }
    }

    public void AddWeighted(ReadOnlySpan<RandomKey> keys, ReadOnlySpan<float> weights, int start, Span<float> sum)
    {
        for (var i = 0; i < sum.Length; i++)
        {
            double total = sum[i];
            for (var j = 0; j < keys.Length; j++) total += weights[j] * Row(keys[j])[start + i];
            sum[i] = (float)total;
        }
    }

    // The iteration in which the noise is drawn: the episode's first, plus the parts since then where each part draws anew.
    private ReadOnlySpan<double> Row(in RandomKey key) =>
        table.AsSpan((int)((key.Iteration + key.Sub) * (uint)pairs + key.Pair) * parameters, parameters);
}
