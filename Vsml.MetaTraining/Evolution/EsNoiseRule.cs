using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// Which perturbation a pair meets when. Its key is (seed, noise stream, iteration in which the pair's episode began, pair, sub),
/// where sub counts the parts of the episode for <see cref="EsVariant.Truncated"/> and <see cref="EsVariant.Persistent"/> and is 0
/// for the others.
/// </summary>
public static class EsNoiseRule
{
    /// <summary>The perturbation of one meta-iteration.</summary>
    /// <param name="variant">The strategy.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="began">Iteration in which the pair's episode began.</param>
    /// <param name="iteration">The present iteration.</param>
    /// <param name="pair">The pair.</param>
    public static RandomKey Present(EsVariant variant, ulong seed, uint began, uint iteration, uint pair) =>
        new(seed, RandomStream.Noise, began, pair, variant is EsVariant.Truncated or EsVariant.Persistent ? iteration - began : 0);

    /// <summary>Appends the perturbations whose sum the pair's losses weigh, in the order of the sum.</summary>
    /// <param name="variant">The strategy.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="began">Iteration in which the pair's episode began.</param>
    /// <param name="iteration">The present iteration.</param>
    /// <param name="pair">The pair.</param>
    /// <param name="keys">Receives the keys.</param>
    public static void AppendWeighed(EsVariant variant, ulong seed, uint began, uint iteration, uint pair, ICollection<RandomKey> keys)
    {
        if (variant != EsVariant.Persistent)
        {
            keys.Add(Present(variant, seed, began, iteration, pair));
            return;
        }
        for (var past = began; past <= iteration; past++) keys.Add(Present(variant, seed, began, past, pair));
    }
}
