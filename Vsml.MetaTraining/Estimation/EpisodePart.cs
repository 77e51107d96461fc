namespace Vsml.MetaTraining;

/// <summary>Successive examples of an episode, and which of them count.</summary>
/// <param name="Data">The episode.</param>
/// <param name="From">First example.</param>
/// <param name="To">End, exclusive.</param>
/// <param name="FirstCounted">First example of the episode that counts.</param>
/// <param name="Begins">Whether the learner begins with this part.</param>
internal readonly record struct EpisodePart(EpisodeData Data, int From, int To, int FirstCounted, bool Begins)
{
    /// <summary>Examples of this part that count.</summary>
    public int Counted => Math.Max(0, To - Math.Max(From, FirstCounted));
}
