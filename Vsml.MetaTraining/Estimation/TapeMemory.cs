using System.Globalization;

namespace Vsml.MetaTraining;

/// <summary>What the states kept for backpropagation through time take at their peak, for the largest layout of the present episodes.</summary>
/// <param name="WindowExamples">Examples of the longest window.</param>
/// <param name="TapeExamples">Examples whose states are kept at once; fewer than the window's if the rest is recomputed.</param>
/// <param name="BytesPerThread">Bytes of one thread: tape and checkpoints.</param>
/// <param name="Threads">Number of threads.</param>
public sealed record TapeMemory(int WindowExamples, int TapeExamples, long BytesPerThread, int Threads)
{
    /// <summary>Bytes of all threads.</summary>
    public long Bytes => BytesPerThread * Threads;

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        var kept = TapeExamples >= WindowExamples
            ? $"keeps the states of all {WindowExamples} examples"
            : $"keeps the states of {TapeExamples} of {WindowExamples} examples at once and recomputes the others";
        return string.Create(CultureInfo.InvariantCulture, $"backpropagation {kept}: {BytesPerThread / 1e6:N1} MB a thread, {Bytes / 1e6:N1} MB in all at the peak");
    }
}
