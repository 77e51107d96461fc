using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>Renames the classes by a permutation drawn anew for every episode, so that no label means anything beforehand.</summary>
[VsmlPart("label-permutation")]
public sealed record LabelPermutation : EpisodeTransform
{
    /// <inheritdoc/>
    public override void Apply(ref CounterRandom random, EpisodeData episode)
    {
        var names = episode.Numbers(episode.OutputSize).Span;
        random.Shuffle(names);
        for (var t = 0; t < episode.Length; t++) episode.Classes[t] = names[episode.Classes[t]];
    }
}
