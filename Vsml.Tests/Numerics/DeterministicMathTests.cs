using System.Runtime.Intrinsics;
using Vsml.Numerics;

namespace Vsml.Tests.Numerics;

public class DeterministicMathTests
{
    private static readonly float[] Special =
    [
        0f, -0f, 1f, -1f, 0.5f, float.Epsilon, -float.Epsilon, 1e-40f, 1.17549435e-38f, float.MaxValue, float.MinValue,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN, 88.7f, 88.8f, 89f, -87.4f, -103f, -104f, 0.625f, -0.625f, 1.41421354f, 0.70710677f,
    ];

    [Fact]
    public void ExpIsAccurate()
    {
        foreach (var x in Grid(-87f, 88f)) Ulps(DeterministicMath.Exp(x), Math.Exp(x)).ShouldBeLessThan(2, $"exp({x})");
        DeterministicMath.Exp(89f).ShouldBe(float.PositiveInfinity);
        DeterministicMath.Exp(float.PositiveInfinity).ShouldBe(float.PositiveInfinity);
        DeterministicMath.Exp(float.NegativeInfinity).ShouldBe(0f);
        DeterministicMath.Exp(float.NaN).ShouldBe(float.NaN);
        DeterministicMath.Exp(0f).ShouldBe(1f);
        // Denormal results.
        DeterministicMath.Exp(-95f).ShouldBe((float)Math.Exp(-95), 2 * float.Epsilon);
    }

    [Fact]
    public void LogIsAccurate()
    {
        foreach (var x in Grid(-100f, 88f).Select(e => (float)Math.Exp(e))) Ulps(DeterministicMath.Log(x), Math.Log(x)).ShouldBeLessThan(2, $"log({x})");
        foreach (var x in Grid(0.5f, 2f)) Ulps(DeterministicMath.Log(x), Math.Log(x)).ShouldBeLessThan(2, $"log({x})");
        DeterministicMath.Log(0f).ShouldBe(float.NegativeInfinity);
        DeterministicMath.Log(-1f).ShouldBe(float.NaN);
        DeterministicMath.Log(float.NaN).ShouldBe(float.NaN);
        DeterministicMath.Log(float.PositiveInfinity).ShouldBe(float.PositiveInfinity);
        DeterministicMath.Log(1f).ShouldBe(0f);
    }

    [Fact]
    public void TanhIsAccurate()
    {
        foreach (var x in Grid(-12f, 12f)) Ulps(DeterministicMath.Tanh(x), Math.Tanh(x)).ShouldBeLessThan(2.5, $"tanh({x})");
        DeterministicMath.Tanh(float.PositiveInfinity).ShouldBe(1f);
        DeterministicMath.Tanh(float.NegativeInfinity).ShouldBe(-1f);
        DeterministicMath.Tanh(float.NaN).ShouldBe(float.NaN);
        DeterministicMath.Tanh(1e-30f).ShouldBe(1e-30f);
    }

    [Fact]
    public void SineAndCosineAreAccurate()
    {
        foreach (var t in Grid(-3f, 3f))
        {
            var (sin, cos) = DeterministicMath.SinCos2Pi(t);
            ((double)sin).ShouldBe(Math.Sin(2 * Math.PI * t), 1.5e-7);
            ((double)cos).ShouldBe(Math.Cos(2 * Math.PI * t), 1.5e-7);
        }
        DeterministicMath.SinCos2Pi(0.25f).ShouldBe((1f, 0f));
        DeterministicMath.SinCos2Pi(-0.5f).Cos.ShouldBe(-1f);
    }

    [Fact]
    public void DoubleFunctionsAreAccurate()
    {
        foreach (var single in Grid(-700f, 700f))
        {
            var x = single * 1.000000001;
            DeterministicMath.Exp(x).ShouldBe(Math.Exp(x), 3e-16 * Math.Exp(x));
            var y = Math.Exp(x);
            DeterministicMath.Log(y).ShouldBe(Math.Log(y), 3e-16 * Math.Abs(Math.Log(y)));
            var z = x / 40;
            DeterministicMath.Tanh(z).ShouldBe(Math.Tanh(z), 4e-16 * Math.Abs(Math.Tanh(z)));
        }
        DeterministicMath.Exp(-745.0).ShouldBe(Math.Exp(-745.0));
        DeterministicMath.Exp(710.0).ShouldBe(double.PositiveInfinity);
        DeterministicMath.Exp(double.NegativeInfinity).ShouldBe(0.0);
        DeterministicMath.Exp(double.NaN).ShouldBe(double.NaN);
        DeterministicMath.Log(double.Epsilon).ShouldBe(Math.Log(double.Epsilon), 1e-12);
        DeterministicMath.Log(0.0).ShouldBe(double.NegativeInfinity);
        DeterministicMath.Log(-1.0).ShouldBe(double.NaN);
        DeterministicMath.Tanh(double.NegativeInfinity).ShouldBe(-1.0);
    }

    [Fact]
    public void VectorFormsGiveTheScalarBits()
    {
        var values = Special.Concat(Grid(-105f, 90f)).Concat(Grid(-2f, 2f)).ToArray();
        for (var i = 0; i + 8 <= values.Length; i += 8)
        {
            var x = Vector256.Create(values, i);
            SameBits(DeterministicMath.Exp(x), x, DeterministicMath.Exp);
            SameBits(DeterministicMath.Log(x), x, DeterministicMath.Log);
            SameBits(DeterministicMath.Tanh(x), x, DeterministicMath.Tanh);
        }
        foreach (var t in Grid(-4f, 4f).Chunk(8).Where(chunk => chunk.Length == 8))
        {
            var x = Vector256.Create(t);
            var (sin, cos) = DeterministicMath.SinCos2Pi(x);
            SameBits(sin, x, value => DeterministicMath.SinCos2Pi(value).Sin);
            SameBits(cos, x, value => DeterministicMath.SinCos2Pi(value).Cos);
        }
    }

    // A change of any bit of any function would change every run: these sums pin them.
    [Fact]
    public void BitsAreThoseOfTheFirstRelease()
    {
        Digest(Grid(-104f, 89f).Select(DeterministicMath.Exp)).ShouldBe(1102140561u);
        Digest(Grid(0.001f, 50f).Select(DeterministicMath.Log)).ShouldBe(3660770919u);
        Digest(Grid(-10f, 10f).Select(DeterministicMath.Tanh)).ShouldBe(1964647504u);
    }

    private static uint Digest(IEnumerable<float> values) =>
        values.Aggregate(2166136261u, (hash, value) => unchecked((hash ^ BitConverter.SingleToUInt32Bits(value)) * 16777619u));

    private static void SameBits(Vector256<float> actual, Vector256<float> x, Func<float, float> scalar)
    {
        for (var lane = 0; lane < 8; lane++)
        {
            var expected = scalar(x[lane]);
            // Which NaN it is says nothing.
            if (float.IsNaN(expected)) actual[lane].ShouldBe(float.NaN, $"at {x[lane]}");
            else BitConverter.SingleToInt32Bits(actual[lane]).ShouldBe(BitConverter.SingleToInt32Bits(expected), $"at {x[lane]}");
        }
    }

    private static IEnumerable<float> Grid(float from, float to)
    {
        const int points = 20_011;
        for (var i = 0; i <= points; i++) yield return from + (to - from) * (i / (float)points);
    }

    private static double Ulps(float actual, double expected) =>
        Math.Abs(actual - expected) / (MathF.BitIncrement(MathF.Abs((float)expected)) - (double)MathF.Abs((float)expected));
}
