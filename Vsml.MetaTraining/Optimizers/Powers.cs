namespace Vsml.MetaTraining;

/// <summary>Whole powers by products alone, because Math.Pow has other bits on other systems.</summary>
internal static class Powers
{
    /// <summary>A power.</summary>
    /// <param name="x">The base.</param>
    /// <param name="exponent">The exponent, 0 or more.</param>
    public static double Of(double x, long exponent)
    {
        var result = 1.0;
        for (var square = x; exponent > 0; exponent >>= 1, square *= square)
            if ((exponent & 1) != 0) result *= square;
        return result;
    }
}
