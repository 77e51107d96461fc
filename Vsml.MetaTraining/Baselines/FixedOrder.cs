using System.Runtime.Intrinsics;
using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>Sums whose order is part of their definition, whatever the machine's vector width.</summary>
internal static class FixedOrder
{
    private const int Lanes = 8;

    /// <summary>Sum of products, multiply then add, in 32 partial sums.</summary>
    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        right = right[..left.Length];
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
        var i = 0;
        for (; i <= left.Length - 4 * Lanes; i += 4 * Lanes)
        {
            s0 += Vector256.Create(left.Slice(i)) * Vector256.Create(right.Slice(i));
            s1 += Vector256.Create(left.Slice(i + Lanes)) * Vector256.Create(right.Slice(i + Lanes));
            s2 += Vector256.Create(left.Slice(i + 2 * Lanes)) * Vector256.Create(right.Slice(i + 2 * Lanes));
            s3 += Vector256.Create(left.Slice(i + 3 * Lanes)) * Vector256.Create(right.Slice(i + 3 * Lanes));
        }
        for (; i <= left.Length - Lanes; i += Lanes)
            s0 += Vector256.Create(left.Slice(i)) * Vector256.Create(right.Slice(i));
        var sums = s0 + s1 + (s2 + s3);
        var total = 0f;
        for (var lane = 0; lane < Lanes; lane++) total += sums.GetElement(lane);
        for (; i < left.Length; i++) total += left[i] * right[i];
        return total;
    }

    /// <summary>Sum of natural logarithms, in 8 partial sums.</summary>
    public static float SumOfLogs(ReadOnlySpan<float> values)
    {
        var sums = Vector256<float>.Zero;
        var i = 0;
        for (; i <= values.Length - Lanes; i += Lanes) sums += DeterministicMath.Log(Vector256.Create(values.Slice(i)));
        var total = 0f;
        for (var lane = 0; lane < Lanes; lane++) total += sums.GetElement(lane);
        for (; i < values.Length; i++) total += DeterministicMath.Log(values[i]);
        return total;
    }
}
