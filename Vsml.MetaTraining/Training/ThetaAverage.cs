namespace Vsml.MetaTraining;

/// <summary>
/// An exponential moving average of theta. As in Adam's moments the weights add up to 1 from the first iteration on, so that the theta of the
/// beginning has no part in it.
/// </summary>
internal static class ThetaAverage
{
    /// <summary>The average after one more meta-iteration.</summary>
    /// <param name="average">The average before; null before the first. Stays as it is.</param>
    /// <param name="decay">What the weight of a theta is multiplied by in an iteration.</param>
    /// <param name="iterations">Meta-iterations done, this one included.</param>
    /// <param name="theta">The theta after it.</param>
    public static double[] Next(double[]? average, double decay, int iterations, ReadOnlySpan<float> theta)
    {
        var share = (1 - decay) / (1 - Powers.Of(decay, iterations));
        var next = new double[theta.Length];
        for (var i = 0; i < next.Length; i++) next[i] = average is null ? theta[i] : average[i] + share * (theta[i] - average[i]);
        return next;
    }
}
