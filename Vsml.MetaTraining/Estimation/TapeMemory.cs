using System.Globalization;

namespace Vsml.MetaTraining;

/// <summary>What the states kept for backpropagation through time take at their peak, for the largest layout of the present episodes.</summary>
/// <param name="WindowExamples">Examples of the longest window.</param>
/// <param name="TapeExamples">Examples whose states are kept at once; fewer than the window's if the rest is recomputed.</param>
/// <param name="BytesPerEpisode">Bytes of one episode: tape and checkpoints.</param>
/// <param name="Episodes">Episodes that run at once: one a thread, or as many as a device holds.</param>
public sealed record TapeMemory(int WindowExamples, int TapeExamples, long BytesPerEpisode, int Episodes)
{
    /// <summary>Bytes of all that run at once.</summary>
    public long Bytes => BytesPerEpisode * Episodes;

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        var kept = TapeExamples >= WindowExamples
            ? $"keeps the states of all {WindowExamples} examples"
            : $"keeps the states of {TapeExamples} of {WindowExamples} examples at once and recomputes the others";
        return string.Create(CultureInfo.InvariantCulture, $"backpropagation {kept}: {BytesPerEpisode / 1e6:N1} MB an episode, {Bytes / 1e6:N1} MB for the {Episodes} that run at once");
    }
}
