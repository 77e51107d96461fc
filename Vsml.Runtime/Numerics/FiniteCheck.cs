namespace Vsml.Numerics;

/// <summary>Looks for NaN and infinity.</summary>
internal static class FiniteCheck
{
    /// <summary>Index of the first value that is not finite, or -1.</summary>
    public static int IndexOfNonFinite(this ReadOnlySpan<float> values)
    {
        for (var i = 0; i < values.Length; i++)
            if (!float.IsFinite(values[i])) return i;
        return -1;
    }
}
