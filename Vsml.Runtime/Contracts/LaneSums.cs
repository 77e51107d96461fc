using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Vsml.Contracts;

/// <summary>
/// Sums over the 16 lanes of a block, or over 8, in one order whatever the vector width: lanes 8 apart, then 4, then 2, then 1.
/// </summary>
public static class LaneSums
{
    /// <summary>The sum of one vector of 16.</summary>
    /// <param name="lanes">All lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(Vector512<float> lanes) => OfFour(Fold(lanes));

    /// <summary>The sum of two vectors of 8.</summary>
    /// <param name="low">Lanes 0 to 7.</param>
    /// <param name="high">Lanes 8 to 15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(Vector256<float> low, Vector256<float> high) => OfFour(Fold(low, high));

    /// <summary>The sum of four vectors of 4.</summary>
    /// <param name="first">Lanes 0 to 3.</param>
    /// <param name="second">Lanes 4 to 7.</param>
    /// <param name="third">Lanes 8 to 11.</param>
    /// <param name="fourth">Lanes 12 to 15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(Vector128<float> first, Vector128<float> second, Vector128<float> third, Vector128<float> fourth) =>
        OfFour(Fold(first, second, third, fourth));

    /// <summary>The first steps of the sum of 16 lanes, down to four.</summary>
    /// <param name="lanes">All lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fold(Vector512<float> lanes) => Fold(lanes.GetLower(), lanes.GetUpper());

    /// <summary>The first steps of the sum of 16 lanes, down to four.</summary>
    /// <param name="low">Lanes 0 to 7.</param>
    /// <param name="high">Lanes 8 to 15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fold(Vector256<float> low, Vector256<float> high) => Fold(low + high);

    /// <summary>The first steps of the sum of 16 lanes, down to four.</summary>
    /// <param name="first">Lanes 0 to 3.</param>
    /// <param name="second">Lanes 4 to 7.</param>
    /// <param name="third">Lanes 8 to 11.</param>
    /// <param name="fourth">Lanes 12 to 15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fold(Vector128<float> first, Vector128<float> second, Vector128<float> third, Vector128<float> fourth) =>
        Fold(first + third, second + fourth);

    /// <summary>The first step of the sum of 8 lanes, down to four.</summary>
    /// <param name="lanes">All lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fold(Vector256<float> lanes) => Fold(lanes.GetLower(), lanes.GetUpper());

    /// <summary>The first step of the sum of 8 lanes, down to four.</summary>
    /// <param name="low">Lanes 0 to 3.</param>
    /// <param name="high">Lanes 4 to 7.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fold(Vector128<float> low, Vector128<float> high) => low + high;

    /// <summary>Four sums side by side: what is left of each after folding.</summary>
    /// <param name="a">First sum.</param>
    /// <param name="b">Second sum.</param>
    /// <param name="c">Third sum.</param>
    /// <param name="d">Fourth sum.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> OfEach(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        if (Sse.IsSupported)
        {
            var ab = Sse.UnpackLow(a, b) + Sse.UnpackHigh(a, b);
            var cd = Sse.UnpackLow(c, d) + Sse.UnpackHigh(c, d);
            return Sse.MoveLowToHigh(ab, cd) + Sse.MoveHighToLow(cd, ab);
        }
        if (AdvSimd.Arm64.IsSupported)
        {
            var ab = AdvSimd.Arm64.ZipLow(a, b) + AdvSimd.Arm64.ZipHigh(a, b);
            var cd = AdvSimd.Arm64.ZipLow(c, d) + AdvSimd.Arm64.ZipHigh(c, d);
            return Vector128.Create(ab.GetLower(), cd.GetLower()) + Vector128.Create(ab.GetUpper(), cd.GetUpper());
        }
        return Vector128.Create(OfFour(a), OfFour(b), OfFour(c), OfFour(d));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float OfFour(Vector128<float> four)
    {
        var two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1));
        return two[0] + two[1];
    }
}
