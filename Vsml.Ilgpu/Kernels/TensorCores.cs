using ILGPU;
using ILGPU.IR.Intrinsics;

namespace Vsml.Ilgpu.Kernels;

/// <summary>
/// Instructions of NVIDIA's tensor cores, and of the number formats that they take. A warp multiplies 16 rows with 8 columns: of
/// row g and row g + 8, and of column g, thread (g, t) = (lane / 4, lane % 4) brings the factors, and it gets their products with
/// columns 2 t and 2 t + 1. The bodies are what the CPU accelerator runs.
/// </summary>
public static class TensorCores
{
    /// <summary>The bits of a number rounded to tf32, ties away from zero; the last 13 bits are zero.</summary>
    [IntrinsicImplementation]
    public static int ToTf32(float x) => (BitConverter.SingleToInt32Bits(x) + 0x1000) & ~0x1FFF;

    /// <summary>The bits of two numbers rounded to bf16, ties to even.</summary>
    /// <param name="low">The number in the lower half.</param>
    /// <param name="high">The number in the upper half.</param>
    [IntrinsicImplementation]
    public static int ToBf16(float low, float high) => (int)((uint)UpperHalf(low) >> 16) | UpperHalf(high);

    /// <summary>The bits of two numbers rounded to float16, ties to even.</summary>
    /// <param name="low">The number in the lower half.</param>
    /// <param name="high">The number in the upper half.</param>
    [IntrinsicImplementation]
    public static int ToFloat16(float low, float high) =>
        BitConverter.HalfToUInt16Bits((System.Half)low) | (BitConverter.HalfToUInt16Bits((System.Half)high) << 16);

    /// <summary>The float16 in the lower half.</summary>
    [IntrinsicImplementation]
    public static float LowFloat16(int halves) => (float)BitConverter.UInt16BitsToHalf((ushort)halves);

    /// <summary>The float16 in the upper half.</summary>
    [IntrinsicImplementation]
    public static float HighFloat16(int halves) => (float)BitConverter.UInt16BitsToHalf((ushort)(halves >> 16));

    /// <summary>Adds products over 8 factors in tf32.</summary>
    /// <param name="a0">Row g, factor t.</param>
    /// <param name="a1">Row g + 8, factor t.</param>
    /// <param name="a2">Row g, factor t + 4.</param>
    /// <param name="a3">Row g + 8, factor t + 4.</param>
    /// <param name="b0">Column g, factor t.</param>
    /// <param name="b1">Column g, factor t + 4.</param>
    /// <param name="sum">Row g with columns 2 t and 2 t + 1, then row g + 8 with both.</param>
    [IntrinsicImplementation]
    public static Quad MultiplyAddTf32(int a0, int a1, int a2, int a3, int b0, int b1, Quad sum)
    {
        for (var k = 0; k < 4; k++)
        {
            sum = AddProducts(sum, a0, a1, b0, k);
            sum = AddProducts(sum, a2, a3, b1, k);
        }
        return sum;
    }

    /// <summary>Adds products over 16 factors in bf16, two in each number.</summary>
    /// <param name="a0">Row g, factors 2 t and 2 t + 1.</param>
    /// <param name="a1">Row g + 8, the same factors.</param>
    /// <param name="a2">Row g, factors 2 t + 8 and 2 t + 9.</param>
    /// <param name="a3">Row g + 8, the same factors.</param>
    /// <param name="b0">Column g, factors 2 t and 2 t + 1.</param>
    /// <param name="b1">Column g, factors 2 t + 8 and 2 t + 9.</param>
    /// <param name="sum">As for tf32.</param>
    [IntrinsicImplementation]
    public static Quad MultiplyAddBf16(int a0, int a1, int a2, int a3, int b0, int b1, Quad sum)
    {
        for (var k = 0; k < 4; k++)
        {
            sum = AddProducts(sum, a0 << 16, a1 << 16, b0 << 16, k);
            sum = AddProducts(sum, a0 & ~0xFFFF, a1 & ~0xFFFF, b0 & ~0xFFFF, k);
            sum = AddProducts(sum, a2 << 16, a3 << 16, b1 << 16, k);
            sum = AddProducts(sum, a2 & ~0xFFFF, a3 & ~0xFFFF, b1 & ~0xFFFF, k);
        }
        return sum;
    }

    // Thread k of the four of a row, or of a column, has the factors.
    private static Quad AddProducts(Quad sum, int row, int rowBelow, int column, int k)
    {
        var lane = Warp.LaneIdx;
        var (a, b) = (Factor(row, 4 * (lane / 4) + k), Factor(rowBelow, 4 * (lane / 4) + k));
        var (left, right) = (Factor(column, 8 * (lane % 4) + k), Factor(column, 8 * (lane % 4) + 4 + k));
        return new Quad(sum.X + a * left, sum.Y + a * right, sum.Z + b * left, sum.W + b * right);
    }

    private static float Factor(int bits, int lane) => BitConverter.Int32BitsToSingle(Warp.Shuffle(bits, lane));

    private static int UpperHalf(float x)
    {
        var bits = BitConverter.SingleToInt32Bits(x);
        return (bits + 0x7FFF + ((bits >> 16) & 1)) & ~0xFFFF;
    }
}
