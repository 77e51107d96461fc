using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>From a population's losses to the gradient: mean over pairs of e (L+ - L-) / (2 sigma).</summary>
public static class EsGradient
{
    // Small enough that threads share even a small theta evenly; a multiple of the noise's groups.
    private const int PartLength = 256;

    /// <summary>
    /// The estimate, with the noise made again. Pairs with a non-finite loss drop out whole; ranks and mean are over the rest.
    /// Summed in pair order for each parameter, so the bits do not depend on the number of threads.
    /// </summary>
    /// <param name="options">Hyper-parameters.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="iteration">The meta-iteration.</param>
    /// <param name="began">Iteration in which each pair's episode began [pairs].</param>
    /// <param name="losses">Losses at theta + noise and theta - noise [pairs, 2].</param>
    /// <param name="lossWeights">A factor for each pair's losses [pairs], or empty for 1.</param>
    /// <param name="parameterCount">Number of parameters.</param>
    /// <param name="noise">Where the noise comes from.</param>
    /// <param name="threads">Number of threads.</param>
    /// <returns>The gradient (empty if no pair is left), and the pairs that dropped out.</returns>
    /// <exception cref="NonFiniteLossException">More pairs dropped out than the options allow.</exception>
    public static (float[] Gradient, IReadOnlyList<DroppedPair> Dropped) Estimate(
        EsOptions options, ulong seed, uint iteration, ReadOnlySpan<uint> began, ReadOnlySpan<float> losses,
        ReadOnlySpan<float> lossWeights, int parameterCount, INoise noise, int threads)
    {
        var pairs = began.Length;
        if (losses.Length != 2 * pairs) throw new ArgumentException($"{pairs} pairs have {2 * pairs} losses, not {losses.Length}.");
        var used = new List<int>(pairs);
        var dropped = new List<DroppedPair>();
        for (var j = 0; j < pairs; j++)
        {
            if (float.IsFinite(losses[2 * j]) && float.IsFinite(losses[2 * j + 1])) used.Add(j);
            else dropped.Add(new DroppedPair(began[j], (uint)j));
        }
        if (dropped.Count > options.MaxDroppedShare * pairs)
            throw new NonFiniteLossException(seed, iteration, dropped, pairs, options.MaxDroppedShare);
        if (used.Count == 0) return ([], dropped);

        var fitness = new double[2 * used.Count];
        for (var u = 0; u < used.Count; u++)
            (fitness[2 * u], fitness[2 * u + 1]) = (losses[2 * used[u]], losses[2 * used[u] + 1]);
        if (options.Shaping == FitnessShaping.CentredRanks) CentredRanks.Shape(fitness);

        var keys = new List<RandomKey>(used.Count);
        var weights = new List<float>(used.Count);
        for (var u = 0; u < used.Count; u++)
        {
            var j = used[u];
            var factor = lossWeights.IsEmpty ? 1.0 : lossWeights[j];
            var weight = (float)(factor * (fitness[2 * u] - fitness[2 * u + 1]) / (2.0 * options.NoiseStd * used.Count));
            EsNoiseRule.AppendWeighed(options.Variant, seed, began[j], iteration, (uint)j, keys);
            while (weights.Count < keys.Count) weights.Add(weight);
        }
        return (WeightedSum([.. keys], [.. weights], parameterCount, noise, threads), dropped);
    }

    private static float[] WeightedSum(RandomKey[] keys, float[] weights, int count, INoise noise, int threads)
    {
        var sum = new float[count];
        var parts = (count + PartLength - 1) / PartLength;
        if (threads == 1 || parts == 1)
            for (var part = 0; part < parts; part++) Add(part);
        else Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = threads }, Add);
        return sum;

        void Add(int part)
        {
            var start = part * PartLength;
            noise.AddWeighted(keys, weights, start, sum.AsSpan(start, Math.Min(PartLength, count - start)));
        }
    }
}
