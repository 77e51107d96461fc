namespace Vsml.MetaTraining;

/// <summary>What the episodes of a range of pairs gave.</summary>
/// <param name="Losses">
/// Mean loss over the examples that count, at theta + noise and theta - noise [pairs, 2]; 0 where none counts, NaN for a learner
/// that gave a loss which is not finite.
/// </param>
/// <param name="Counted">Examples that count, of each of the two learners [pairs].</param>
/// <param name="Correct">Right predictions among these, of both learners together [pairs].</param>
/// <param name="Examples">Examples run in all.</param>
/// <param name="State">Where the episodes stand now.</param>
public sealed record PopulationResult(float[] Losses, int[] Counted, int[] Correct, long Examples, UnrollState State);
