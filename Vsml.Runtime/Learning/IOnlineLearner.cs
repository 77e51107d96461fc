using Vsml.Numerics;

namespace Vsml;

/// <summary>
/// Something that learns to classify from one example after another: predict, then learn. A learner belongs to one thread at a time.
/// </summary>
public interface IOnlineLearner
{
    /// <summary>A, the floats of one input.</summary>
    int InputSize { get; }

    /// <summary>B, the number of classes.</summary>
    int OutputSize { get; }

    /// <summary>Begins an episode: forgets everything.</summary>
    /// <param name="random">Stream for what starts at random.</param>
    void Reset(ref CounterRandom random);

    /// <summary>The output for an input; changes nothing.</summary>
    /// <param name="input">The input [A].</param>
    /// <param name="logits">Receives the outputs [B]; the largest one is the prediction.</param>
    void Predict(ReadOnlySpan<float> input, Span<float> logits);

    /// <summary>Predicts, then learns from the label.</summary>
    /// <param name="input">The input [A].</param>
    /// <param name="label">The label [B], one-hot or soft.</param>
    /// <param name="logits">Receives the outputs before the label was seen [B].</param>
    void Learn(ReadOnlySpan<float> input, ReadOnlySpan<float> label, Span<float> logits);
}
