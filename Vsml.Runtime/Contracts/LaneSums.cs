using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Vsml.Contracts;

/// <summary>
/// Sums over the 16 lanes of a block, in one order whatever the vector width: lanes 8 apart, then 4, then 2, then 1.
/// </summary>
public static class LaneSums
{
    /// <summary>The sum of one vector of 16.</summary>
    /// <param name="lanes">All lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(Vector512<float> lanes) => Of(lanes.GetLower(), lanes.GetUpper());

    /// <summary>The sum of two vectors of 8.</summary>
    /// <param name="low">Lanes 0 to 7.</param>
    /// <param name="high">Lanes 8 to 15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(Vector256<float> low, Vector256<float> high)
    {
        var sum = low + high;
        return OfFour(sum.GetLower() + sum.GetUpper());
    }

    /// <summary>The sum of four vectors of 4.</summary>
    /// <param name="first">Lanes 0 to 3.</param>
    /// <param name="second">Lanes 4 to 7.</param>
    /// <param name="third">Lanes 8 to 11.</param>
    /// <param name="fourth">Lanes 12 to 15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Of(Vector128<float> first, Vector128<float> second, Vector128<float> third, Vector128<float> fourth) =>
        OfFour(first + third + (second + fourth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float OfFour(Vector128<float> four)
    {
        var two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1));
        return two[0] + two[1];
    }
}
