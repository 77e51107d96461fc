namespace Vsml.MetaTraining;

/// <summary>What one member of a pair gave over a whole episode.</summary>
/// <param name="Loss">Mean loss over the examples that count.</param>
/// <param name="Counted">Examples that count.</param>
/// <param name="Correct">Right predictions.</param>
/// <param name="Examples">Examples run.</param>
internal readonly record struct MemberOutcome(float Loss, int Counted, int Correct, int Examples)
{
    /// <summary>The outcome of a pair whose members ran by themselves.</summary>
    /// <param name="plus">The member at theta + noise.</param>
    /// <param name="minus">The member at theta - noise.</param>
    public static PairOutcome Join(MemberOutcome plus, MemberOutcome minus) =>
        new(plus.Loss, minus.Loss, plus.Counted, plus.Correct + minus.Correct, plus.Examples + minus.Examples, Position: 0, Learners: []);
}
