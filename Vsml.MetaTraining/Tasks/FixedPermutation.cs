using System.Collections.Concurrent;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>Reorders the inputs by one permutation that stays the same for a whole run: the published "shuffle".</summary>
/// <param name="Seed">Seed of the permutation.</param>
[VsmlPart("fixed-permutation")]
public sealed record FixedPermutation(ulong Seed) : EpisodeTransform
{
    private static readonly ConcurrentDictionary<(ulong, int), int[]> Permutations = new();

    /// <inheritdoc/>
    public override void Apply(ref CounterRandom random, EpisodeData episode) =>
        episode.Change(new SelectionStep(Permutations.GetOrAdd((Seed, episode.InputSize), static key => Make(key.Item1, key.Item2))));

    private static int[] Make(ulong seed, int size)
    {
        var permutation = Enumerable.Range(0, size).ToArray();
        var random = new CounterRandom(seed, RandomStream.Task, 0, 0, FixedStreams.Permutation);
        random.Shuffle(permutation.AsSpan());
        return permutation;
    }
}
