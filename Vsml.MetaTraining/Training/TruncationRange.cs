namespace Vsml.MetaTraining;

/// <summary>How many examples a meta-iteration unrolls, as a configuration gives it.</summary>
/// <param name="Min">Shortest length; 0 for whole episodes.</param>
/// <param name="Max">Longest length; the same as <paramref name="Min"/> for a constant length, else the logarithm is uniform.</param>
public sealed record TruncationRange(int Min, int Max)
{
    /// <summary>Whole episodes.</summary>
    public static TruncationRange None { get; } = new(0, 0);

    /// <summary>The schedule that draws the lengths.</summary>
    public TruncationSchedule ToSchedule() =>
        Min == 0 ? TruncationSchedule.None
        : Min == Max ? TruncationSchedule.Constant(Min)
        : TruncationSchedule.LogUniform(Min, Max);
}
