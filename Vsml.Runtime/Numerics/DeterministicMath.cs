using System.Runtime.CompilerServices;

namespace Vsml.Numerics;

/// <summary>
/// Transcendental functions that give the same bits on every machine: polynomials in plain additions, multiplications and
/// divisions, never fused. The library functions of Math and MathF differ between operating systems, so nothing that decides
/// the bits of a run may call them. Single precision: within 2 ulp; the vector forms give the same bits lane by lane.
/// Coefficients are those of Cephes (exp, tanh, sin, cos) and FreeBSD msun (log, double exp).
/// </summary>
public static partial class DeterministicMath
{
    // Adding 1.5 * 2^23 leaves the nearest integer in the low bits of the sum.
    private const float RoundingMagic = 12582912f;
    private const int RoundingMagicBits = 0x4B400000;
    private const float Log2E = 1.44269504f;
    private const float ExpLn2High = 0.693359375f, ExpLn2Low = -2.12194440e-4f;
    private const float Exp0 = 5.0000001201e-1f, Exp1 = 1.6666665459e-1f, Exp2 = 4.1665795894e-2f;
    private const float Exp3 = 8.3334519073e-3f, Exp4 = 1.3981999507e-3f, Exp5 = 1.9875691500e-4f;
    private const float ExpMax = 89f, ExpMin = -104f;

    private const float LogLn2High = 6.9313812256e-01f, LogLn2Low = 9.0580006145e-06f;
    private const float Log1 = 0.66666662693f, Log2 = 0.40000972152f, Log3 = 0.28498786688f, Log4 = 0.24279078841f;
    private const int SqrtHalfBits = 0x3F3504F3, OneBits = 0x3F800000, MantissaMask = 0x007FFFFF;
    private const float SmallestNormal = 1.17549435e-38f;

    private const float Tanh0 = -3.33332819422e-1f, Tanh1 = 1.33314422036e-1f, Tanh2 = -5.37397155531e-2f;
    private const float Tanh3 = 2.06390887954e-2f, Tanh4 = -5.70498872745e-3f;
    private const float TanhSmall = 0.625f;

    private const float HalfPi = 1.57079633f;
    private const float Sin0 = -1.6666654611e-1f, Sin1 = 8.3321608736e-3f, Sin2 = -1.9515295891e-4f;
    private const float Cos0 = 4.166664568298827e-2f, Cos1 = -1.388731625493765e-3f, Cos2 = 2.443315711809948e-5f;

    /// <summary>e^x; 0 below -104, infinity above 88.73, NaN for NaN.</summary>
    /// <param name="x">The exponent.</param>
    public static float Exp(float x)
    {
        x = x > ExpMax ? ExpMax : x;
        x = x < ExpMin ? ExpMin : x;
        var shifted = x * Log2E + RoundingMagic;
        var n = shifted - RoundingMagic;
        var power = BitConverter.SingleToInt32Bits(shifted) - RoundingMagicBits;
        var r = x - n * ExpLn2High - n * ExpLn2Low;
        var p = ((((Exp5 * r + Exp4) * r + Exp3) * r + Exp2) * r + Exp1) * r + Exp0;
        var y = p * (r * r) + r + 1f;
        // Two factors, because 2^128 and 2^-149 are no normal numbers.
        var half = power >> 1;
        return y * PowerOfTwo(half) * PowerOfTwo(power - half);
    }

    /// <summary>Natural logarithm; -infinity at 0, NaN below 0 and for NaN.</summary>
    /// <param name="x">The argument.</param>
    public static float Log(float x)
    {
        if (!(x > 0f)) return x == 0f ? float.NegativeInfinity : float.NaN;
        if (float.IsPositiveInfinity(x)) return x;
        return x < SmallestNormal ? LogNormal(x * 33554432f, -25f) : LogNormal(x);
    }

    /// <summary>Hyperbolic tangent.</summary>
    /// <param name="x">The argument.</param>
    public static float Tanh(float x)
    {
        var magnitude = MathF.Abs(x);
        if (magnitude < TanhSmall)
        {
            var z = x * x;
            return ((((Tanh4 * z + Tanh3) * z + Tanh2) * z + Tanh1) * z + Tanh0) * z * x + x;
        }
        return MathF.CopySign(1f - 2f / (Exp(magnitude + magnitude) + 1f), x);
    }

    /// <summary>Sine and cosine of 2 pi t.</summary>
    /// <param name="turns">The angle t in turns, |t| at most 2^20.</param>
    public static (float Sin, float Cos) SinCos2Pi(float turns)
    {
        var scaled = turns * 4f;
        var shifted = scaled + RoundingMagic;
        var quadrant = BitConverter.SingleToInt32Bits(shifted) - RoundingMagicBits;
        var (sin, cos) = SinCosQuarter(scaled - (shifted - RoundingMagic));
        if ((quadrant & 1) != 0) (sin, cos) = (cos, sin);
        return ((quadrant & 2) != 0 ? -sin : sin, ((quadrant + 1) & 2) != 0 ? -cos : cos);
    }

    /// <summary>Sine and cosine of (pi / 2) f for |f| at most 1/2.</summary>
    internal static (float Sin, float Cos) SinCosQuarter(float f)
    {
        var x = f * HalfPi;
        var z = x * x;
        var sin = ((Sin2 * z + Sin1) * z + Sin0) * z * x + x;
        var cos = ((Cos2 * z + Cos1) * z + Cos0) * (z * z) - 0.5f * z + 1f;
        return (sin, cos);
    }

    /// <summary>Logarithm of a normal number times 2^<paramref name="exponent"/>.</summary>
    internal static float LogNormal(float x, float exponent = 0f)
    {
        var bits = BitConverter.SingleToInt32Bits(x) - SqrtHalfBits;
        var k = (bits >> 23) + exponent;
        var f = BitConverter.Int32BitsToSingle((bits & MantissaMask) + SqrtHalfBits) - 1f;
        var s = f / (2f + f);
        var z = s * s;
        var w = z * z;
        var r = z * (Log3 * w + Log1) + w * (Log4 * w + Log2);
        var halfSquare = 0.5f * f * f;
        return s * (halfSquare + r) + k * LogLn2Low - halfSquare + f + k * LogLn2High;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float PowerOfTwo(int exponent) => BitConverter.Int32BitsToSingle((exponent + 127) << 23);
}
