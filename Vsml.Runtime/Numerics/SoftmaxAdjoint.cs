namespace Vsml.Numerics;

/// <summary>Derivatives through the loss and through the error that is fed back.</summary>
public static class SoftmaxAdjoint
{
    /// <summary>
    /// Gradient with respect to the logits of weight * loss + &lt;errorAdjoint, error&gt;, where
    /// error = (softmax(logits) * sum(label) - label) / batch size.
    /// </summary>
    /// <param name="logits">Outputs, after the bound [B].</param>
    /// <param name="labels">Label, one-hot or soft [B].</param>
    /// <param name="weight">Weight of this example's loss.</param>
    /// <param name="errorAdjoint">Gradient with respect to the error [B].</param>
    /// <param name="batchSize">Examples that share the tick.</param>
    /// <param name="gradient">Receives the gradient [B].</param>
    public static void Evaluate(
        ReadOnlySpan<float> logits, ReadOnlySpan<float> labels, float weight, ReadOnlySpan<float> errorAdjoint, int batchSize, Span<float> gradient)
    {
        // batch size 1 gives softmax * sum - label itself: the derivative of the loss.
        SoftmaxCrossEntropy.Evaluate(logits, labels, 1, gradient);
        double labelSum = 0, inner = 0;
        for (var b = 0; b < labels.Length; b++) labelSum += labels[b];
        for (var b = 0; b < labels.Length; b++) inner += (gradient[b] + (double)labels[b]) * errorAdjoint[b];
        if (labelSum != 0) inner /= labelSum;
        for (var b = 0; b < labels.Length; b++)
        {
            // softmax * sum(label), from the loss's derivative.
            var scaled = gradient[b] + (double)labels[b];
            gradient[b] = (float)(weight * (double)gradient[b] + scaled * (errorAdjoint[b] - inner) / batchSize);
        }
    }
}
