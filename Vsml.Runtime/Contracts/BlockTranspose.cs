using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Vsml.Contracts;

/// <summary>Turns state entries in rows of 16 lanes into columns, where the entries of one lane are neighbours.</summary>
public static class BlockTranspose
{
    /// <summary>Transposes four rows of a block.</summary>
    /// <param name="rows">[4][16 lanes].</param>
    /// <param name="columns">Receives [16 lanes][4].</param>
    /// <param name="stride">Distance between the columns of neighbouring lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FourRows(ref float rows, ref float columns, nuint stride)
    {
        for (nuint lane = 0; lane < LayerStorage.BlockLanes; lane += 4)
        {
            var a = Vector128.LoadUnsafe(ref rows, lane);
            var b = Vector128.LoadUnsafe(ref rows, lane + LayerStorage.BlockLanes);
            var c = Vector128.LoadUnsafe(ref rows, lane + 2 * LayerStorage.BlockLanes);
            var d = Vector128.LoadUnsafe(ref rows, lane + 3 * LayerStorage.BlockLanes);
            var (ac01, ac23) = Zip(a, c);
            var (bd01, bd23) = Zip(b, d);
            var (first, second) = Zip(ac01, bd01);
            var (third, fourth) = Zip(ac23, bd23);
            first.StoreUnsafe(ref columns, lane * stride);
            second.StoreUnsafe(ref columns, (lane + 1) * stride);
            third.StoreUnsafe(ref columns, (lane + 2) * stride);
            fourth.StoreUnsafe(ref columns, (lane + 3) * stride);
        }
    }

    /// <summary>x0 y0 x1 y1 and x2 y2 x3 y3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<float> Low, Vector128<float> High) Zip(Vector128<float> x, Vector128<float> y)
    {
        if (Sse.IsSupported) return (Sse.UnpackLow(x, y), Sse.UnpackHigh(x, y));
        if (AdvSimd.Arm64.IsSupported) return (AdvSimd.Arm64.ZipLow(x, y), AdvSimd.Arm64.ZipHigh(x, y));
        return (Vector128.Create(x[0], y[0], x[1], y[1]), Vector128.Create(x[2], y[2], x[3], y[3]));
    }
}
