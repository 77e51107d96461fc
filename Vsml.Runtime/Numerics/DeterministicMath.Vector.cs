using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Vsml.Numerics;

public static partial class DeterministicMath
{
    /// <summary>e^x in every lane; the bits of <see cref="Exp(float)"/>.</summary>
    /// <param name="x">The exponents.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        // Comparisons rather than Min and Max: NaN has to pass.
        var max = Vector256.Create(ExpMax);
        var min = Vector256.Create(ExpMin);
        x = Vector256.ConditionalSelect(Vector256.GreaterThan(x, max), max, x);
        x = Vector256.ConditionalSelect(Vector256.LessThan(x, min), min, x);
        var magic = Vector256.Create(RoundingMagic);
        var shifted = x * Vector256.Create(Log2E) + magic;
        var n = shifted - magic;
        var power = shifted.AsInt32() - Vector256.Create(RoundingMagicBits);
        var r = x - n * Vector256.Create(ExpLn2High) - n * Vector256.Create(ExpLn2Low);
        var p = Vector256.Create(Exp5) * r + Vector256.Create(Exp4);
        p = p * r + Vector256.Create(Exp3);
        p = p * r + Vector256.Create(Exp2);
        p = p * r + Vector256.Create(Exp1);
        p = p * r + Vector256.Create(Exp0);
        var y = p * (r * r) + r + Vector256.Create(1f);
        var half = power >> 1;
        return y * PowerOfTwo(half) * PowerOfTwo(power - half);
    }

    /// <summary>Natural logarithm in every lane; the bits of <see cref="Log(float)"/>.</summary>
    /// <param name="x">The arguments.</param>
    public static Vector256<float> Log(Vector256<float> x)
    {
        var tiny = Vector256.LessThan(x, Vector256.Create(SmallestNormal));
        var scaled = Vector256.ConditionalSelect(tiny, x * Vector256.Create(33554432f), x);
        var exponent = Vector256.ConditionalSelect(tiny, Vector256.Create(-25f), Vector256<float>.Zero);
        var bits = scaled.AsInt32() - Vector256.Create(SqrtHalfBits);
        var result = LogOfParts(bits, Vector256.ConvertToSingle(bits >> 23) + exponent);
        var ordinary = Vector256.GreaterThan(x, Vector256<float>.Zero) & Vector256.LessThan(x, Vector256.Create(float.PositiveInfinity));
        var special = Vector256.ConditionalSelect(
            Vector256.Equals(x, Vector256<float>.Zero), Vector256.Create(float.NegativeInfinity), Vector256.Create(float.NaN));
        special = Vector256.ConditionalSelect(Vector256.Equals(x, Vector256.Create(float.PositiveInfinity)), x, special);
        return Vector256.ConditionalSelect(ordinary, result, special);
    }

    /// <summary>Hyperbolic tangent in every lane; the bits of <see cref="Tanh(float)"/>.</summary>
    /// <param name="x">The arguments.</param>
    public static Vector256<float> Tanh(Vector256<float> x)
    {
        var magnitude = Vector256.Abs(x);
        var z = x * x;
        var p = Vector256.Create(Tanh4) * z + Vector256.Create(Tanh3);
        p = p * z + Vector256.Create(Tanh2);
        p = p * z + Vector256.Create(Tanh1);
        p = p * z + Vector256.Create(Tanh0);
        var small = p * z * x + x;
        var one = Vector256.Create(1f);
        var large = one - Vector256.Create(2f) / (Exp(magnitude + magnitude) + one);
        large = Vector256.ConditionalSelect(Vector256.Create(-0f), x, large);
        return Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(TanhSmall)), small, large);
    }

    /// <summary>Sine and cosine of 2 pi t in every lane; the bits of <see cref="SinCos2Pi(float)"/>.</summary>
    /// <param name="turns">The angles t in turns, |t| at most 2^20.</param>
    public static (Vector256<float> Sin, Vector256<float> Cos) SinCos2Pi(Vector256<float> turns)
    {
        var magic = Vector256.Create(RoundingMagic);
        var scaled = turns * Vector256.Create(4f);
        var shifted = scaled + magic;
        var quadrant = shifted.AsInt32() - Vector256.Create(RoundingMagicBits);
        var (sin, cos) = SinCosQuarter(scaled - (shifted - magic));
        var swap = (quadrant << 31 >> 31).AsSingle();
        var sinSign = (quadrant << 30).AsSingle() & Vector256.Create(-0f);
        var cosSign = ((quadrant + Vector256<int>.One) << 30).AsSingle() & Vector256.Create(-0f);
        return (Vector256.ConditionalSelect(swap, cos, sin) ^ sinSign, Vector256.ConditionalSelect(swap, sin, cos) ^ cosSign);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (Vector256<float> Sin, Vector256<float> Cos) SinCosQuarter(Vector256<float> f)
    {
        var x = f * Vector256.Create(HalfPi);
        var z = x * x;
        var s = Vector256.Create(Sin2) * z + Vector256.Create(Sin1);
        s = s * z + Vector256.Create(Sin0);
        var c = Vector256.Create(Cos2) * z + Vector256.Create(Cos1);
        c = c * z + Vector256.Create(Cos0);
        return (s * z * x + x, c * (z * z) - Vector256.Create(0.5f) * z + Vector256.Create(1f));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> LogNormal(Vector256<float> x)
    {
        var bits = x.AsInt32() - Vector256.Create(SqrtHalfBits);
        return LogOfParts(bits, Vector256.ConvertToSingle(bits >> 23));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> LogOfParts(Vector256<int> bits, Vector256<float> k)
    {
        var one = Vector256.Create(1f);
        var f = ((bits & Vector256.Create(MantissaMask)) + Vector256.Create(SqrtHalfBits)).AsSingle() - one;
        var s = f / (Vector256.Create(2f) + f);
        var z = s * s;
        var w = z * z;
        var r = z * (Vector256.Create(Log3) * w + Vector256.Create(Log1))
            + w * (Vector256.Create(Log4) * w + Vector256.Create(Log2));
        var halfSquare = Vector256.Create(0.5f) * f * f;
        return s * (halfSquare + r) + k * Vector256.Create(LogLn2Low) - halfSquare + f + k * Vector256.Create(LogLn2High);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> PowerOfTwo(Vector256<int> exponent) =>
        ((exponent + Vector256.Create(127)) << 23).AsSingle();
}
