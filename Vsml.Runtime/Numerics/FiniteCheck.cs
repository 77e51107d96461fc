using System.Numerics.Tensors;

namespace Vsml.Numerics;

/// <summary>Looks for NaN and infinity.</summary>
internal static class FiniteCheck
{
    /// <summary>Index of the first value that is not finite, or -1.</summary>
    public static int IndexOfNonFinite(this ReadOnlySpan<float> values)
    {
        // Whole vectors at a time; one by one only to say where.
        if (values.IsEmpty || TensorPrimitives.IsFiniteAll(values)) return -1;
        var i = 0;
        while (float.IsFinite(values[i])) i++;
        return i;
    }
}
