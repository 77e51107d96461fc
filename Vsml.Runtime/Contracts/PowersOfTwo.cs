using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vsml.Contracts;

/// <summary>Multiplication by powers of two.</summary>
public static class PowersOfTwo
{
    /// <summary>value * 2^exponent, one instruction with AVX-512.</summary>
    /// <param name="value">Factors between 0.5 and 2.</param>
    /// <param name="exponent">Whole numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Scale(Vector512<float> value, Vector512<float> exponent)
    {
        if (Avx512F.IsSupported) return Avx512F.Scale(value, exponent);
        // Lets tests run AVX-512 kernels on other machines: the same bits as long as the result is a normal float.
        var clamped = Vector512.MinNative(Vector512.Create(127f), Vector512.MaxNative(Vector512.Create(-127f), exponent));
        return (value.AsInt32() + (Vector512.ConvertToInt32(clamped) << 23)).AsSingle();
    }

    /// <summary>The lesser of both in each lane, NaN where the exponent is; one instruction with AVX-512.</summary>
    /// <param name="limit">The greatest exponent.</param>
    /// <param name="exponent">Exponents.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AtMost(Vector512<float> limit, Vector512<float> exponent) =>
        Avx512F.IsSupported ? Avx512F.Min(limit, exponent) : Vector512.MinNative(limit, exponent);
}
