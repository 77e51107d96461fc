using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vsml.Contracts;

/// <summary>Steps towards powers of two that AVX-512 has instructions for; other machines get the same bits, slowly, so that they can test kernels.</summary>
public static class PowersOfTwo
{
    /// <summary>value * 2^floor(exponent), one instruction with AVX-512.</summary>
    /// <param name="value">Factors between 0.5 and 2.</param>
    /// <param name="exponent">Exponents.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Scale(Vector512<float> value, Vector512<float> exponent)
    {
        if (Avx512F.IsSupported) return Avx512F.Scale(value, exponent);
        // The same bits as long as the result is a normal float; a factor, so that what is no number stays none.
        var clamped = Vector512.MinNative(Vector512.Create(127f), Vector512.MaxNative(Vector512.Create(-127f), exponent));
        return value * ((Vector512.ConvertToInt32(Vector512.Floor(clamped)) + Vector512.Create(127)) << 23).AsSingle();
    }

    /// <summary>2^(i/32) for the number i in the low five bits of each lane, one instruction with AVX-512.</summary>
    /// <param name="bits">Numbers whose low five bits count.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Fraction(Vector512<float> bits)
    {
        var below = Vector512.Create(
            1f, 1.0218972f, 1.04427373f, 1.06714046f, 1.09050775f, 1.1143868f, 1.13878858f, 1.1637249f,
            1.18920708f, 1.21524739f, 1.24185777f, 1.26905096f, 1.29683959f, 1.32523668f, 1.35425556f, 1.38390994f);
        var above = Vector512.Create(
            1.41421354f, 1.44518077f, 1.47682619f, 1.50916445f, 1.54221082f, 1.5759809f, 1.61049032f, 1.64575553f,
            1.68179286f, 1.71861935f, 1.75625217f, 1.79470909f, 1.8340081f, 1.87416768f, 1.91520655f, 1.95714414f);
        if (Avx512F.IsSupported) return Avx512F.PermuteVar16x32x2(below, bits.AsInt32(), above);
        var index = bits.AsInt32() & Vector512.Create(15);
        var isBelow = Vector512.Equals(bits.AsInt32() & Vector512.Create(16), Vector512<int>.Zero).AsSingle();
        return Vector512.ConditionalSelect(isBelow, Vector512.Shuffle(below, index), Vector512.Shuffle(above, index));
    }

    /// <summary>The lesser of both in each lane; a value that is no number passes through.</summary>
    /// <param name="limit">The greatest value.</param>
    /// <param name="value">Values.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AtMost(Vector512<float> limit, Vector512<float> value) =>
        // Of x86's minimum that is the second operand, and other processors keep what is no number in either.
        Vector512.MinNative(limit, value);
}
