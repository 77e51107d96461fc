namespace Vsml.MetaTraining;

/// <summary>Picks inputs by their numbers.</summary>
internal static class InputSelection
{
    /// <summary>Makes new input i of the old input <paramref name="chosen"/>[i], in every example.</summary>
    public static void Apply(EpisodeData episode, ReadOnlySpan<int> chosen)
    {
        var target = episode.SpareInputs(chosen.Length);
        var size = episode.InputSize;
        var source = episode.Inputs.AsSpan(0, episode.Length * size);
        for (var t = 0; t < episode.Length; t++)
        {
            var from = source.Slice(t * size, size);
            var row = target.Slice(t * chosen.Length, chosen.Length);
            for (var i = 0; i < chosen.Length; i++) row[i] = from[chosen[i]];
        }
        episode.ReplaceInputs(chosen.Length);
    }
}
