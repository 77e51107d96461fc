namespace Vsml.MetaTraining;

/// <summary>Picks inputs by their numbers.</summary>
/// <param name="Sources">For each input afterwards the number of that before; <see cref="Zero"/> for one that is always zero.</param>
internal readonly record struct SelectionStep(ReadOnlyMemory<int> Sources) : IInputStep
{
    /// <summary>Stands for an input that is always zero.</summary>
    public const int Zero = -1;

    /// <inheritdoc/>
    public int Outputs => Sources.Length;

    /// <inheritdoc/>
    public void Apply(EpisodeData episode)
    {
        var sources = Sources.Span;
        var target = episode.SpareInputs(sources.Length);
        var size = episode.InputSize;
        var inputs = episode.Inputs.AsSpan(0, episode.Length * size);
        for (var t = 0; t < episode.Length; t++)
        {
            var from = inputs.Slice(t * size, size);
            var row = target.Slice(t * sources.Length, sources.Length);
            for (var i = 0; i < sources.Length; i++) row[i] = sources[i] == Zero ? 0f : from[sources[i]];
        }
        episode.ReplaceInputs(sources.Length);
    }

    /// <inheritdoc/>
    public IInputStep Keep() => new SelectionStep(Sources.ToArray());
}
