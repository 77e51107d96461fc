using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Vsml.Numerics;

/// <summary>The learner's loss and its derivative, the error that is fed back in the next tick.</summary>
public static class SoftmaxCrossEntropy
{
    private const int MaxStackFloats = 256;

    /// <summary>
    /// Loss of one example, -sum label log softmax(logits), and error = (softmax(logits) * sum(label) - label) / batch size.
    /// </summary>
    /// <param name="logits">Outputs, after the bound [B].</param>
    /// <param name="labels">Label, one-hot or soft [B].</param>
    /// <param name="batchSize">Examples that share the tick.</param>
    /// <param name="error">Receives the error [B].</param>
    /// <returns>The loss; NaN if a logit is not finite.</returns>
    [SkipLocalsInit]
    public static float Evaluate(ReadOnlySpan<float> logits, ReadOnlySpan<float> labels, int batchSize, Span<float> error)
    {
        var count = logits.Length;
        if (count == 0 || labels.Length != count || error.Length != count)
            throw new ArgumentException($"There are {count} logits, {labels.Length} labels and room for {error.Length} errors; these must agree and not be 0.");

        var max = logits[0];
        for (var b = 1; b < count; b++) max = logits[b] > max ? logits[b] : max;

        var padded = (count + 7) & ~7;
        Span<float> shifted = padded <= MaxStackFloats ? stackalloc float[padded] : new float[padded];
        for (var b = 0; b < count; b++) shifted[b] = logits[b] - max;
        shifted[count..].Clear();
        Span<float> exponentials = padded <= MaxStackFloats ? stackalloc float[padded] : new float[padded];
        for (var b = 0; b < padded; b += 8)
            DeterministicMath.Exp(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(shifted), (nuint)b))
                .StoreUnsafe(ref MemoryMarshal.GetReference(exponentials), (nuint)b);

        // In double: the sums over classes then are exact enough for any number of them.
        double sum = 0, labelSum = 0, weighted = 0;
        for (var b = 0; b < count; b++)
        {
            sum += exponentials[b];
            labelSum += labels[b];
            weighted += (double)labels[b] * shifted[b];
        }
        var scale = labelSum / sum;
        var inverseBatch = 1.0 / batchSize;
        for (var b = 0; b < count; b++)
            error[b] = (float)((exponentials[b] * scale - labels[b]) * inverseBatch);
        return (float)(labelSum * DeterministicMath.Log(sum) - weighted);
    }

    /// <summary>The loss alone, the same bits. Outputs of minus infinity have probability 0, or share it equally if all are.</summary>
    /// <param name="logits">Outputs, after the bound [B].</param>
    /// <param name="labels">Label, one-hot or soft [B].</param>
    /// <returns>The loss; infinite where a class of probability 0 has weight, NaN if an output is NaN or plus infinity.</returns>
    public static float Loss(ReadOnlySpan<float> logits, ReadOnlySpan<float> labels)
    {
        CheckLengths(logits.Length, labels.Length, "labels");
        var sum = SumOfExponentials(logits, out var max);
        double labelSum = 0, weighted = 0;
        for (var b = 0; b < logits.Length; b++)
        {
            // Zero times minus infinity is no number.
            if (labels[b] == 0f) continue;
            labelSum += labels[b];
            weighted += (double)labels[b] * Shifted(logits[b], max);
        }
        return (float)(labelSum * DeterministicMath.Log(sum) - weighted);
    }

    /// <summary>softmax(logits). Outputs of minus infinity have probability 0, or share it equally if all are.</summary>
    /// <param name="logits">Outputs, after the bound [B].</param>
    /// <param name="probabilities">Receives the probabilities [B]; all NaN if an output is NaN or plus infinity.</param>
    public static void Probabilities(ReadOnlySpan<float> logits, Span<float> probabilities)
    {
        CheckLengths(logits.Length, probabilities.Length, "probabilities");
        var sum = SumOfExponentials(logits, out var max);
        for (var b = 0; b < logits.Length; b++) probabilities[b] = (float)(DeterministicMath.Exp(Shifted(logits[b], max)) / sum);
    }

    private static double SumOfExponentials(ReadOnlySpan<float> logits, out float max)
    {
        max = logits[0];
        for (var b = 1; b < logits.Length; b++) max = logits[b] > max ? logits[b] : max;
        var sum = 0.0;
        foreach (var logit in logits) sum += DeterministicMath.Exp(Shifted(logit, max));
        return sum;
    }

    private static float Shifted(float logit, float max) => float.IsNegativeInfinity(max) ? 0f : logit - max;

    private static void CheckLengths(int logits, int others, string what)
    {
        if (logits == 0 || others != logits) throw new ArgumentException($"There are {logits} logits and {others} {what}; these must agree and not be 0.");
    }
}
