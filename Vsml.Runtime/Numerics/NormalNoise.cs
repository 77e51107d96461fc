using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Vsml.Numerics;

/// <summary>
/// Standard normal numbers by index: element i of a stream is a function of (key, i) alone, so that any part of a
/// perturbation can be made again anywhere. Elements come in groups of 32, made of eight Philox blocks: lane l of word w of
/// the group's blocks belongs to element 32 g + 8 w + l, block 8 g + l. Words 0 and 1 give the normals of w = 0 and 1 by the
/// Box-Muller transform, words 2 and 3 those of w = 2 and 3. Single precision; |z| is below 6.7.
/// </summary>
public static class NormalNoise
{
    /// <summary>Elements in a group.</summary>
    public const int GroupSize = 32;

    /// <summary>Philox blocks that a group takes.</summary>
    public const int BlocksPerGroup = 8;

    private const float RadiusScale = 1f / 2147483648f, RadiusOffset = 1f / 4294967296f, AngleScale = 1f / 4294967296f;
    private const int AngleMask = ~7;

    /// <summary>Number of Philox blocks that elements 0..<paramref name="count"/> - 1 take.</summary>
    /// <param name="count">Number of elements.</param>
    public static uint BlocksOf(int count) => (uint)((count + GroupSize - 1) / GroupSize) * BlocksPerGroup;

    /// <summary>One element: the definition that the vector forms reproduce bit for bit.</summary>
    /// <param name="key">The stream.</param>
    /// <param name="index">Element index, 0 or more.</param>
    /// <param name="firstBlock">Philox block where element 0 begins.</param>
    public static float At(in RandomKey key, int index, uint firstBlock = 0)
    {
        var position = index % GroupSize;
        var block = firstBlock + (uint)(index / GroupSize * BlocksPerGroup + position % 8);
        var (x0, x1, x2, x3) = Philox.Block(key, block);
        var word = position / 8;
        var (first, second) = word < 2 ? FromWords(x0, x1) : FromWords(x2, x3);
        return word % 2 == 0 ? first : second;
    }

    /// <summary>Writes elements <paramref name="start"/>, start + 1, ...</summary>
    /// <param name="key">The stream.</param>
    /// <param name="start">Index of the first element.</param>
    /// <param name="destination">Receives the elements.</param>
    /// <param name="firstBlock">Philox block where element 0 begins.</param>
    public static void Fill(in RandomKey key, int start, Span<float> destination, uint firstBlock = 0)
    {
        Span<float> group = stackalloc float[GroupSize];
        while (!destination.IsEmpty)
        {
            var offset = start % GroupSize;
            var block = firstBlock + (uint)(start / GroupSize) * BlocksPerGroup;
            var whole = offset == 0 && destination.Length >= GroupSize;
            Group(key, block, out var z0, out var z1, out var z2, out var z3);
            ref var target = ref MemoryMarshal.GetReference(whole ? destination : group);
            z0.StoreUnsafe(ref target);
            z1.StoreUnsafe(ref target, 8);
            z2.StoreUnsafe(ref target, 16);
            z3.StoreUnsafe(ref target, 24);
            var count = Math.Min(GroupSize - offset, destination.Length);
            if (!whole) group.Slice(offset, count).CopyTo(destination);
            destination = destination[count..];
            start += count;
        }
    }

    /// <summary>An antithetic pair around theta: plus = theta + scale e, minus = theta - scale e.</summary>
    /// <param name="key">The stream of e.</param>
    /// <param name="theta">The centre.</param>
    /// <param name="scale">Noise standard deviation, sigma.</param>
    /// <param name="plus">Receives theta + scale e; as long as theta.</param>
    /// <param name="minus">Receives theta - scale e; as long as theta.</param>
    public static void Perturb(in RandomKey key, ReadOnlySpan<float> theta, float scale, Span<float> plus, Span<float> minus)
    {
        if (plus.Length != theta.Length || minus.Length != theta.Length)
            throw new ArgumentException($"plus and minus need theta's length {theta.Length}, not {plus.Length} and {minus.Length}.");
        var sigma = Vector256.Create(scale);
        var g = 0;
        for (; (g + 1) * GroupSize <= theta.Length; g++)
        {
            Group(key, (uint)g * BlocksPerGroup, out var z0, out var z1, out var z2, out var z3);
            var offset = (nuint)(g * GroupSize);
            ref readonly var t = ref MemoryMarshal.GetReference(theta);
            ref var p = ref MemoryMarshal.GetReference(plus);
            ref var m = ref MemoryMarshal.GetReference(minus);
            Pair(Vector256.LoadUnsafe(in t, offset), sigma * z0, ref p, ref m, offset);
            Pair(Vector256.LoadUnsafe(in t, offset + 8), sigma * z1, ref p, ref m, offset + 8);
            Pair(Vector256.LoadUnsafe(in t, offset + 16), sigma * z2, ref p, ref m, offset + 16);
            Pair(Vector256.LoadUnsafe(in t, offset + 24), sigma * z3, ref p, ref m, offset + 24);
        }

        var rest = g * GroupSize;
        Span<float> tail = stackalloc float[GroupSize];
        tail = tail[..(theta.Length - rest)];
        Fill(key, rest, tail);
        for (var i = 0; i < tail.Length; i++)
        {
            var step = scale * tail[i];
            plus[rest + i] = theta[rest + i] + step;
            minus[rest + i] = theta[rest + i] - step;
        }
    }

    /// <summary>
    /// Adds sum over j of weight[j] * e_j, in the order of j, to <paramref name="sum"/>: the estimators' gradient, with the
    /// noise made again instead of kept.
    /// </summary>
    /// <param name="keys">The streams e_j.</param>
    /// <param name="weights">One weight per stream.</param>
    /// <param name="start">Element that sum[0] stands for, a multiple of <see cref="GroupSize"/>.</param>
    /// <param name="sum">Elements start, start + 1, ... of the sum.</param>
    public static void AddWeighted(ReadOnlySpan<RandomKey> keys, ReadOnlySpan<float> weights, int start, Span<float> sum)
    {
        if (keys.Length != weights.Length) throw new ArgumentException($"There are {keys.Length} keys but {weights.Length} weights.");
        if (start % GroupSize != 0) throw new ArgumentException($"start is {start}; it must be a multiple of {GroupSize}.");
        Span<float> scratch = stackalloc float[GroupSize];
        for (var i = 0; i < sum.Length; i += GroupSize)
        {
            var part = sum.Slice(i, Math.Min(GroupSize, sum.Length - i));
            var whole = part.Length == GroupSize;
            if (!whole) part.CopyTo(scratch);
            ref var target = ref MemoryMarshal.GetReference(whole ? part : scratch);
            var s0 = Vector256.LoadUnsafe(ref target);
            var s1 = Vector256.LoadUnsafe(ref target, 8);
            var s2 = Vector256.LoadUnsafe(ref target, 16);
            var s3 = Vector256.LoadUnsafe(ref target, 24);
            var block = (uint)((start + i) / GroupSize) * BlocksPerGroup;
            for (var j = 0; j < keys.Length; j++)
            {
                Group(keys[j], block, out var z0, out var z1, out var z2, out var z3);
                var weight = Vector256.Create(weights[j]);
                s0 += weight * z0;
                s1 += weight * z1;
                s2 += weight * z2;
                s3 += weight * z3;
            }
            s0.StoreUnsafe(ref target);
            s1.StoreUnsafe(ref target, 8);
            s2.StoreUnsafe(ref target, 16);
            s3.StoreUnsafe(ref target, 24);
            if (!whole) scratch[..part.Length].CopyTo(part);
        }
    }

    /// <summary>Two independent normals of two random words, by Box-Muller.</summary>
    internal static (float First, float Second) FromWords(uint radiusWord, uint angleWord)
    {
        var u = (int)(radiusWord >> 1) * RadiusScale + RadiusOffset;
        var radius = MathF.Sqrt(-2f * DeterministicMath.LogNormal(u, 0f));
        var angle = (int)angleWord;
        var (sin, cos) = DeterministicMath.SinCosQuarter((angle & AngleMask) * AngleScale);
        if ((angle & 2) != 0) cos = -cos;
        return (angle & 1) != 0 ? (radius * sin, radius * cos) : (radius * cos, radius * sin);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Group(
        in RandomKey key, uint block,
        out Vector256<float> z0, out Vector256<float> z1, out Vector256<float> z2, out Vector256<float> z3)
    {
        Philox.Blocks8(key, block, out var x0, out var x1, out var x2, out var x3);
        (z0, z1) = FromWords(x0, x1);
        (z2, z3) = FromWords(x2, x3);
    }

    // The angle within a quarter turn comes from the word's upper bits; its two lowest choose the quarter.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> First, Vector256<float> Second) FromWords(Vector256<uint> radiusWord, Vector256<uint> angleWord)
    {
        var u = Vector256.ConvertToSingle((radiusWord >>> 1).AsInt32()) * Vector256.Create(RadiusScale) + Vector256.Create(RadiusOffset);
        var radius = Vector256.Sqrt(Vector256.Create(-2f) * DeterministicMath.LogNormal(u, Vector256<float>.Zero));
        var angle = angleWord.AsInt32();
        var (sin, cos) = DeterministicMath.SinCosQuarter(
            Vector256.ConvertToSingle(angle & Vector256.Create(AngleMask)) * Vector256.Create(AngleScale));
        cos ^= (angle << 30).AsSingle() & Vector256.Create(-0f);
        var swap = (angle << 31 >> 31).AsSingle();
        sin *= radius;
        cos *= radius;
        return (Vector256.ConditionalSelect(swap, sin, cos), Vector256.ConditionalSelect(swap, cos, sin));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair(Vector256<float> theta, Vector256<float> step, ref float plus, ref float minus, nuint offset)
    {
        (theta + step).StoreUnsafe(ref plus, offset);
        (theta - step).StoreUnsafe(ref minus, offset);
    }
}
