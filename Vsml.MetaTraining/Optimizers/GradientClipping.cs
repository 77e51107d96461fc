namespace Vsml.MetaTraining;

/// <summary>Global-norm clipping.</summary>
public static class GradientClipping
{
    /// <summary>The Euclidean norm, summed in index order in double precision.</summary>
    /// <param name="gradient">The gradient.</param>
    public static double Norm(ReadOnlySpan<float> gradient)
    {
        var sum = 0.0;
        foreach (var g in gradient) sum += (double)g * g;
        return Math.Sqrt(sum);
    }

    /// <summary>Scales a gradient down to a norm, if its own is above it.</summary>
    /// <param name="gradient">The gradient; changed in place.</param>
    /// <param name="maxNorm">The largest norm allowed, above 0.</param>
    /// <returns>The norm before clipping.</returns>
    public static double Clip(Span<float> gradient, double maxNorm)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNorm);
        var norm = Norm(gradient);
        if (!(norm > maxNorm)) return norm;
        var scale = maxNorm / norm;
        foreach (ref var g in gradient) g = (float)(g * scale);
        return norm;
    }
}
