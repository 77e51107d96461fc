using Vsml.Numerics;

namespace Vsml;

/// <summary>
/// Something that learns to classify from one example after another: predict, then learn. A learner belongs to one thread at a time,
/// and allocates nothing for an example, unless it must remember it. It refuses what it cannot learn from and stays as it was: an input
/// or label of another length or with a value that is not finite, an input with a value above 1e30 in size, a class that it does not
/// have, a soft label with a negative weight, with none above zero, or of more than 1e6 in all.
/// </summary>
public interface IOnlineLearner
{
    /// <summary>A, the floats of one input.</summary>
    int InputSize { get; }

    /// <summary>B, the number of classes.</summary>
    int OutputSize { get; }

    /// <summary>Begins anew: forgets everything.</summary>
    /// <param name="random">Stream for what starts at random.</param>
    void Reset(ref CounterRandom random);

    /// <summary>What the learner says of an input; changes nothing that was learned.</summary>
    /// <param name="input">The input [A].</param>
    /// <returns>The prediction, valid until the learner is called again.</returns>
    /// <exception cref="ArgumentException">The input has another length, or a value that is not allowed.</exception>
    Prediction Predict(ReadOnlySpan<float> input);

    /// <summary>Predicts, then learns from the label.</summary>
    /// <param name="input">The input [A].</param>
    /// <param name="label">Index of the right class, from 0.</param>
    /// <returns>The prediction made before the label was seen, and its loss; valid until the learner is called again.</returns>
    /// <exception cref="ArgumentException">The input has another length, or a value that is not allowed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    LearningStep Learn(ReadOnlySpan<float> input, int label);

    /// <summary>Predicts, then learns from a soft label.</summary>
    /// <param name="input">The input [A].</param>
    /// <param name="label">Weight of each class [B]: finite, none negative, at least one above zero. Their sum, at most 1e6, need not be 1; it is the example's weight.</param>
    /// <returns>The prediction made before the label was seen, and its loss; valid until the learner is called again.</returns>
    /// <exception cref="ArgumentException">Input or label have another length or a value that is not allowed.</exception>
    LearningStep Learn(ReadOnlySpan<float> input, ReadOnlySpan<float> label);
}
