using ILGPU;
using Vsml.Numerics;

namespace Vsml.Ilgpu.Kernels;

/// <summary>What happens when the label of an example is revealed: outputs, loss, and the error that is fed back.</summary>
public static class Outputs
{
    /// <summary>Bounds the outputs of an example, computes its loss, and puts error and label where the next sweep reads them.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="example">The example, after its last forward sweep.</param>
    /// <param name="count">Number of outputs.</param>
    /// <param name="output">The output of place 0, in the state.</param>
    /// <param name="bound">T of the bound tanh(x / T) T, or 0 for none.</param>
    /// <param name="feedback">Error and label of place 0, in the state.</param>
    /// <param name="withLabel">Whether the label is fed back.</param>
    /// <param name="batch">Examples that share a tick.</param>
    public static void Evaluate(Worker worker, Example example, int count, int output, float bound, int feedback, bool withLabel, int batch)
    {
        for (var b = worker.Thread; b < count; b += worker.Threads) example.Logits[b] = OutputBound.Apply(example.Target[output + b].X, bound);
        Group.Barrier();

        // Every thread sums for itself, which spares a barrier; in the order and precision of SoftmaxCrossEntropy.
        var max = example.Logits[0];
        for (var b = 1; b < count; b++) max = example.Logits[b] > max ? example.Logits[b] : max;
        double sum = 0, labelSum = 0, weighted = 0;
        for (var b = 0; b < count; b++)
        {
            var shifted = example.Logits[b] - max;
            sum += DeterministicMath.Exp(shifted);
            labelSum += example.Label[b];
            weighted += (double)example.Label[b] * shifted;
        }
        var scale = labelSum / sum;
        for (var b = worker.Thread; b < count; b += worker.Threads)
        {
            var label = example.Label[b];
            var error = (float)((DeterministicMath.Exp(example.Logits[b] - max) * scale - label) / batch);
            example.Target[feedback + b] = new Quad(error, withLabel ? label : 0f, 0f, 0f);
        }
        if (worker.Thread == 0) example.Loss[0] = (float)(labelSum * DeterministicMath.Log(sum) - weighted);
        Group.Barrier();
    }

    /// <summary>
    /// The gradient of the unbounded outputs: through the loss, and through the error that was fed back, whose own is used up. The
    /// same formula as <see cref="SoftmaxAdjoint"/>.
    /// </summary>
    /// <param name="worker">The thread.</param>
    /// <param name="example">The example.</param>
    /// <param name="count">Number of outputs.</param>
    /// <param name="output">The output of place 0, in the state.</param>
    /// <param name="bound">T of the bound tanh(x / T) T, or 0 for none.</param>
    /// <param name="feedback">Error and label of place 0, in the state.</param>
    /// <param name="batch">Examples that share a tick.</param>
    public static void Reverse(Worker worker, AdjointExample example, int count, int output, float bound, int feedback, int batch)
    {
        var (logits, labels) = (example.Values.Logits, example.Values.Label);
        var max = logits[0];
        for (var b = 1; b < count; b++) max = logits[b] > max ? logits[b] : max;
        double sum = 0, labelSum = 0, along = 0;
        for (var b = 0; b < count; b++)
        {
            var exp = DeterministicMath.Exp(logits[b] - max);
            sum += exp;
            labelSum += labels[b];
            along += exp * example.State[feedback + b].X;
        }
        along /= sum;
        Group.Barrier();
        for (var b = worker.Thread; b < count; b += worker.Threads)
        {
            var softmax = DeterministicMath.Exp(logits[b] - max) / sum;
            var gradient = example.Weight * (softmax * labelSum - labels[b]) + labelSum / batch * softmax * (example.State[feedback + b].X - along);
            var ratio = bound > 0f ? logits[b] / bound : 0f;
            example.State[output + b] = new Quad((float)gradient * (1f - ratio * ratio), 0f, 0f, 0f);
            example.State[feedback + b] = default;
        }
        Group.Barrier();
    }
}
