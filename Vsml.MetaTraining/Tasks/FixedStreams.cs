namespace Vsml.MetaTraining;

/// <summary>Parts of the task stream that are kept for what stays the same over a run; episodes draw from part 0.</summary>
internal static class FixedStreams
{
    public const uint Projection = 1;
    public const uint Permutation = 2;
}
