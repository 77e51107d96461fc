using Vsml.Numerics;

namespace Vsml;

/// <summary>What a learner says of an input. It looks at the learner's own memory, so it is valid until the learner is called again.</summary>
/// <param name="logits">The outputs [B], at least one.</param>
public readonly ref struct Prediction(ReadOnlySpan<float> logits)
{
    /// <summary>The outputs [B]: unnormalised logarithms of the classes' probabilities.</summary>
    public ReadOnlySpan<float> Logits { get; } = logits;

    /// <summary>The class of the largest output, the first one of several. Outputs that are no numbers never win unless all are.</summary>
    public int Class
    {
        get
        {
            var best = 0;
            for (var b = 1; b < Logits.Length; b++)
                if (Logits[b] > Logits[best] || (float.IsNaN(Logits[best]) && !float.IsNaN(Logits[b]))) best = b;
            return best;
        }
    }

    /// <summary>The probability of each class, softmax of the outputs.</summary>
    /// <param name="probabilities">Receives them [B].</param>
    /// <exception cref="ArgumentException">There is room for another number of classes.</exception>
    public void Probabilities(Span<float> probabilities) => SoftmaxCrossEntropy.Probabilities(Logits, probabilities);

    /// <summary>Its cross-entropy, -sum label log softmax(outputs): 0 for a prediction that is right and certain.</summary>
    /// <param name="label">Weight of each class [B].</param>
    /// <exception cref="ArgumentException">There are weights for another number of classes.</exception>
    public float Loss(ReadOnlySpan<float> label) => SoftmaxCrossEntropy.Loss(Logits, label);
}
