using ILGPU;
using Vsml.Numerics;

namespace Vsml.Ilgpu.Kernels;

/// <summary>Makes what tells the members of a population apart: theta, and the cells that an episode begins with.</summary>
public static class MemberNoise
{
    private const int NotFiniteBits = 0x7F800000;

    /// <summary>One parameter of all members of a pair: theta + sigma e, theta - sigma e and, if there is a third one, theta itself.</summary>
    /// <param name="index">Pair times parameters, plus the parameter.</param>
    /// <param name="theta">Theta.</param>
    /// <param name="keys">The noise of each pair.</param>
    /// <param name="noiseStd">Sigma.</param>
    /// <param name="members">Members of a pair, 2 or 3.</param>
    /// <param name="result">Receives flat theta of each member.</param>
    public static void Perturb(Index1D index, ArrayView<float> theta, ArrayView<RandomKey> keys, float noiseStd, int members, ArrayView<float> result)
    {
        var parameters = theta.IntLength;
        int pair = index / parameters, i = index % parameters;
        var key = keys[pair];
        var step = NormalNoise.At(key, i) * noiseStd;
        var at = (long)pair * members * parameters + i;
        result[at] = theta[i] + step;
        result[at + parameters] = theta[i] - step;
        if (members > 2) result[at + 2 * parameters] = theta[i];
    }

    /// <summary>Spoils packed theta of a member if any of its parameters is not finite, also one that no turn reads.</summary>
    /// <param name="member">The member.</param>
    /// <param name="theta">Flat theta of each member.</param>
    /// <param name="packed">Packed theta of each member.</param>
    /// <param name="parameters">Number of meta-parameters.</param>
    /// <param name="packedFloats">Floats of packed theta.</param>
    public static void Check(Index1D member, ArrayView<float> theta, ArrayView<float> packed, int parameters, int packedFloats)
    {
        long first = member.X;
        var finite = true;
        for (var i = 0; i < parameters; i++) finite &= IsFinite(theta[first * parameters + i]);
        if (finite) return;
        for (var i = 0; i < packedFloats; i++) packed[first * packedFloats + i] = float.NaN;
    }

    /// <summary>One initial cell of all members of a pair, which share what is random in it.</summary>
    /// <param name="index">The cell in the table, and the pair.</param>
    /// <param name="table">Which cells there are.</param>
    /// <param name="keys">The cells' stream of each pair.</param>
    /// <param name="begins">Whether the pair's episode begins; if not, its cells stay.</param>
    /// <param name="theta">Flat theta of each member.</param>
    /// <param name="states">States of each member.</param>
    /// <param name="sizes">How many of what.</param>
    public static void Cells(
        Index2D index, CellViews table, ArrayView<RandomKey> keys, ArrayView<int> begins, ArrayView<float> theta, ArrayView<float> states, CellSizes sizes)
    {
        int cell = index.X, pair = index.Y;
        if (begins[pair] == 0) return;
        var key = keys[pair];
        var drawn = table.Elements[cell] < 0 ? 0f : TruncatedNormalNoise.At(key, table.Elements[cell]) * table.Scales[cell];
        for (var m = 0; m < sizes.Members; m++)
        {
            var member = (long)pair * sizes.Members + m;
            var learned = table.Sources[cell] < 0 ? 0f : theta[member * sizes.Parameters + table.Sources[cell]];
            states[member * sizes.StateFloats + table.Targets[cell]] = drawn + learned;
        }
    }

    /// <summary>Whether a number is neither infinite nor NaN.</summary>
    internal static bool IsFinite(float x) => (BitConverter.SingleToInt32Bits(x) & NotFiniteBits) != NotFiniteBits;
}

/// <summary>The initial cells of an episode that are not zero, see <see cref="CellTable"/>.</summary>
public struct CellViews
{
    /// <summary>The float of a state where each cell lies.</summary>
    public ArrayView<int> Targets;

    /// <summary>The element of the cells' stream that it is drawn from; -1 for none.</summary>
    public ArrayView<int> Elements;

    /// <summary>What the element is multiplied by.</summary>
    public ArrayView<float> Scales;

    /// <summary>The parameter that is added; -1 for none.</summary>
    public ArrayView<int> Sources;
}

/// <summary>How many of what there are for <see cref="MemberNoise.Cells"/>.</summary>
public struct CellSizes
{
    /// <summary>Members of a pair.</summary>
    public int Members;

    /// <summary>Number of meta-parameters.</summary>
    public int Parameters;

    /// <summary>Floats of a state.</summary>
    public int StateFloats;
}
