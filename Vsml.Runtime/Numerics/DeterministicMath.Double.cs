namespace Vsml.Numerics;

public static partial class DeterministicMath
{
    private const double DoubleLn2High = 6.93147180369123816490e-01, DoubleLn2Low = 1.90821492927058770002e-10;

    /// <summary>e^x in double precision, within 1 ulp; 0 below -745.2, infinity above 709.8, NaN for NaN.</summary>
    /// <param name="x">The exponent.</param>
    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x > 709.782712893384) return double.PositiveInfinity;
        if (x < -745.1332191019412) return 0;
        var n = Math.Floor(x * 1.44269504088896338700 + 0.5);
        var high = x - n * DoubleLn2High;
        var low = n * DoubleLn2Low;
        var r = high - low;
        var t = r * r;
        var c = r - t * (1.66666666666666019037e-01 + t * (-2.77777777770155933842e-03
            + t * (6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
        var y = 1 - (low - r * c / (2 - c) - high);
        var power = (int)n;
        var half = power >> 1;
        return y * DoublePowerOfTwo(half) * DoublePowerOfTwo(power - half);
    }

    /// <summary>Natural logarithm in double precision, within 1 ulp; -infinity at 0, NaN below 0 and for NaN.</summary>
    /// <param name="x">The argument.</param>
    public static double Log(double x)
    {
        if (!(x > 0)) return x == 0 ? double.NegativeInfinity : double.NaN;
        if (double.IsPositiveInfinity(x)) return x;
        var k = 0;
        if (x < 2.2250738585072014e-308)
        {
            x *= 18014398509481984.0;
            k = -54;
        }
        var bits = BitConverter.DoubleToInt64Bits(x) - 0x3FE6A09E667F3BCD;
        k += (int)(bits >> 52);
        var f = BitConverter.Int64BitsToDouble((bits & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E667F3BCD) - 1;
        var s = f / (2 + f);
        var z = s * s;
        var w = z * z;
        var t1 = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
        var t2 = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01
            + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
        var halfSquare = 0.5 * f * f;
        return k * DoubleLn2High - (halfSquare - (s * (halfSquare + t1 + t2) + k * DoubleLn2Low) - f);
    }

    /// <summary>Hyperbolic tangent in double precision, within 2 ulp.</summary>
    /// <param name="x">The argument.</param>
    public static double Tanh(double x)
    {
        var magnitude = Math.Abs(x);
        if (magnitude < 0.625)
        {
            var z = x * x;
            var p = (-9.64399179425052238628e-1 * z - 9.92877231001918586564e1) * z - 1.61468768441708447952e3;
            var q = ((z + 1.12811678491632931402e2) * z + 2.23548839060100448583e3) * z + 4.84406305325125486048e3;
            return x + x * z * (p / q);
        }
        return Math.CopySign(1 - 2 / (Exp(magnitude + magnitude) + 1), x);
    }

    private static double DoublePowerOfTwo(int exponent) =>
        BitConverter.Int64BitsToDouble((long)(exponent + 1023) << 52);
}
