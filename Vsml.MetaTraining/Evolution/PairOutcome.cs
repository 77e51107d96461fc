namespace Vsml.MetaTraining;

/// <summary>What one pair's part of an episode gave.</summary>
/// <param name="PlusLoss">Mean loss of the learner at theta + noise, over the examples that count.</param>
/// <param name="MinusLoss">The same at theta - noise.</param>
/// <param name="Counted">Examples that count.</param>
/// <param name="Correct">Right predictions of both learners.</param>
/// <param name="Examples">Examples run.</param>
/// <param name="Position">Examples of the episode done; 0 if it ended.</param>
/// <param name="Learners">What the learners have learned so far; empty if the episode ended.</param>
internal readonly record struct PairOutcome(
    float PlusLoss, float MinusLoss, int Counted, int Correct, int Examples, int Position, float[] Learners);
