namespace Vsml.MetaTraining;

/// <summary>What a window of one episode gave.</summary>
/// <param name="Loss">Sum of the losses that count; NaN if the loss or the gradient is not finite, which drops the episode out.</param>
/// <param name="Counted">Examples that count.</param>
/// <param name="Correct">Right predictions among these.</param>
/// <param name="Examples">Examples run.</param>
/// <param name="Position">Examples of the episode that are done; 0 if it is over.</param>
/// <param name="Learner">What the learner has learned by then, in the runner's own order; nothing if the episode is over.</param>
/// <param name="Gradient">Gradient with respect to theta of the window's loss; nothing for an episode that drops out.</param>
public sealed record WindowOutcome(double Loss, int Counted, int Correct, int Examples, int Position, float[] Learner, float[] Gradient)
{
    /// <summary>The outcome of an episode that drops out.</summary>
    /// <param name="examples">Examples run.</param>
    public static WindowOutcome Dropped(int examples) => new(double.NaN, 0, 0, examples, 0, [], []);
}
