namespace Vsml;

/// <summary>One step of online learning, as it looks before the label was seen.</summary>
/// <param name="prediction">What the learner said.</param>
/// <param name="loss">The cross-entropy of that with the label.</param>
public readonly ref struct LearningStep(Prediction prediction, float loss)
{
    /// <summary>What the learner said before it saw the label.</summary>
    public Prediction Prediction { get; } = prediction;

    /// <summary>The cross-entropy of the prediction with the label.</summary>
    public float Loss { get; } = loss;
}
