using ILGPU.IR.Intrinsics;

namespace Vsml.Ilgpu.Kernels;

/// <summary>
/// Functions for which a GPU has an instruction that ILGPU would not choose by itself (see <see cref="DeviceInstructions"/>). Their
/// bodies are what the CPU accelerator runs.
/// </summary>
public static class DeviceMath
{
    // As in the compiled kernels: 2^x = 2^k 2^f, k is x rounded by adding 1.5 * 2^23, 2^f a polynomial of degree 5.
    private const float RoundingBias = 12582912f;
    private const float Exp2C1 = 0.6931469671f, Exp2C2 = 0.2402211972f, Exp2C3 = 0.05550713273f, Exp2C4 = 0.009675541331f, Exp2C5 = 0.001327647217f;

    /// <summary>a b + c, rounded once on a GPU.</summary>
    [IntrinsicImplementation]
    public static float MultiplyAdd(float a, float b, float c) => a * b + c;

    /// <summary>1 / x, within 1 ulp.</summary>
    [IntrinsicImplementation]
    public static float Reciprocal(float x) => 1f / x;

    /// <summary>1 / sqrt(x), within 2 ulp.</summary>
    [IntrinsicImplementation]
    public static float InverseRoot(float x) => 1f / MathF.Sqrt(x);

    /// <summary>2^x, relative error below 3e-7; 0 and infinity beyond what a float holds.</summary>
    [IntrinsicImplementation]
    public static float Exp2(float x)
    {
        if (x > 127.5f) return float.PositiveInfinity;
        if (x < -126f) return 0f;
        var shifted = x + RoundingBias;
        var f = x - (shifted - RoundingBias);
        var y = ((((Exp2C5 * f + Exp2C4) * f + Exp2C3) * f + Exp2C2) * f + Exp2C1) * f + 1f;
        return BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(y) + (BitConverter.SingleToInt32Bits(shifted) << 23));
    }
}
