namespace Vsml.Reference;

/// <summary>Softmax cross-entropy of one tick, its error signal, and how gradients go back through both.</summary>
internal static class ReferenceLoss
{
    /// <summary>The loss of every example and the error that the network is told.</summary>
    /// <param name="logits">[batch, B].</param>
    /// <param name="labels">[batch, B], one-hot or soft.</param>
    /// <param name="batch">Number of examples.</param>
    /// <returns>Losses [batch], and errors (softmax * sum(label) - label) / batch, [batch, B].</returns>
    public static (double[] Losses, double[] Errors) Evaluate(double[] logits, double[] labels, int batch)
    {
        var outputs = logits.Length / batch;
        var (losses, errors) = (new double[batch], new double[logits.Length]);
        for (var e = 0; e < batch; e++)
        {
            var (softmax, logSum) = Softmax(logits.AsSpan(e * outputs, outputs));
            var total = Total(labels.AsSpan(e * outputs, outputs));
            for (var b = 0; b < outputs; b++)
            {
                var i = e * outputs + b;
                losses[e] += labels[i] * (logSum - logits[i]);
                errors[i] = (softmax[b] * total - labels[i]) / batch;
            }
        }
        return (losses, errors);
    }

    /// <summary>Gradient of the logits, given those of the losses and of the errors.</summary>
    /// <param name="logits">[batch, B].</param>
    /// <param name="labels">[batch, B].</param>
    /// <param name="lossGradient">[batch]: the weight of every example in the meta-loss.</param>
    /// <param name="errorGradient">[batch, B].</param>
    public static double[] Adjoint(double[] logits, double[] labels, ReadOnlySpan<double> lossGradient, double[] errorGradient)
    {
        var batch = lossGradient.Length;
        var outputs = logits.Length / batch;
        var gradient = new double[logits.Length];
        for (var e = 0; e < batch; e++)
        {
            var (softmax, _) = Softmax(logits.AsSpan(e * outputs, outputs));
            var total = Total(labels.AsSpan(e * outputs, outputs));
            var along = 0.0;
            for (var b = 0; b < outputs; b++) along += errorGradient[e * outputs + b] * softmax[b];
            for (var b = 0; b < outputs; b++)
            {
                var i = e * outputs + b;
                gradient[i] = lossGradient[e] * (softmax[b] * total - labels[i])
                    + total / batch * softmax[b] * (errorGradient[i] - along);
            }
        }
        return gradient;
    }

    private static (double[] Softmax, double LogSum) Softmax(ReadOnlySpan<double> logits)
    {
        var largest = double.NegativeInfinity;
        foreach (var logit in logits) largest = Math.Max(largest, logit);
        var softmax = new double[logits.Length];
        var sum = 0.0;
        for (var b = 0; b < logits.Length; b++) sum += softmax[b] = Math.Exp(logits[b] - largest);
        for (var b = 0; b < logits.Length; b++) softmax[b] /= sum;
        return (softmax, largest + Math.Log(sum));
    }

    private static double Total(ReadOnlySpan<double> labels)
    {
        var sum = 0.0;
        foreach (var label in labels) sum += label;
        return sum;
    }
}
