using System.Numerics.Tensors;
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

    private const int ChunkSize = 8 * GroupSize;
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
    [SkipLocalsInit]
    public static void Fill(in RandomKey key, int start, Span<float> destination, uint firstBlock = 0)
    {
        Span<float> chunk = stackalloc float[ChunkSize];
        while (!destination.IsEmpty)
        {
            var offset = start % GroupSize;
            var count = Math.Min(ChunkSize - offset, destination.Length);
            Chunk(key, start / GroupSize, offset + count, chunk, firstBlock);
            chunk.Slice(offset, count).CopyTo(destination);
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
    [SkipLocalsInit]
    public static void Perturb(in RandomKey key, ReadOnlySpan<float> theta, float scale, Span<float> plus, Span<float> minus)
    {
        if (plus.Length != theta.Length || minus.Length != theta.Length)
            throw new ArgumentException($"plus and minus need theta's length {theta.Length}, not {plus.Length} and {minus.Length}.");
        Span<float> chunk = stackalloc float[ChunkSize];
        for (var start = 0; start < theta.Length; start += ChunkSize)
        {
            var count = Math.Min(ChunkSize, theta.Length - start);
            Chunk(key, start / GroupSize, count, chunk);
            var step = chunk[..count];
            TensorPrimitives.Multiply(step, scale, step);
            TensorPrimitives.Add(theta.Slice(start, count), step, plus[start..]);
            TensorPrimitives.Subtract(theta.Slice(start, count), step, minus[start..]);
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
    [SkipLocalsInit]
    public static void AddWeighted(ReadOnlySpan<RandomKey> keys, ReadOnlySpan<float> weights, int start, Span<float> sum)
    {
        if (keys.Length != weights.Length) throw new ArgumentException($"There are {keys.Length} keys but {weights.Length} weights.");
        if (start % GroupSize != 0) throw new ArgumentException($"start is {start}; it must be a multiple of {GroupSize}.");
        Span<float> chunk = stackalloc float[ChunkSize];
        for (var i = 0; i < sum.Length; i += ChunkSize)
        {
            var part = sum.Slice(i, Math.Min(ChunkSize, sum.Length - i));
            for (var j = 0; j < keys.Length; j++)
            {
                Chunk(keys[j], (start + i) / GroupSize, part.Length, chunk);
                AddScaled(chunk, weights[j], part);
            }
        }
    }

    /// <summary>Two independent normals of two random words, by Box-Muller.</summary>
    internal static (float First, float Second) FromWords(uint radiusWord, uint angleWord)
    {
        var u = (int)(radiusWord >> 1) * RadiusScale + RadiusOffset;
        var radius = MathF.Sqrt(-2f * DeterministicMath.LogNormal(u));
        var angle = (int)angleWord;
        var (sin, cos) = DeterministicMath.SinCosQuarter((angle & AngleMask) * AngleScale);
        if ((angle & 2) != 0) cos = -cos;
        return (angle & 1) != 0 ? (radius * sin, radius * cos) : (radius * cos, radius * sin);
    }

    // Words first, then normals: two short loops keep more of the processor busy than one long body.
    private static void Chunk(in RandomKey key, int firstGroup, int count, Span<float> chunk, uint firstBlock = 0)
    {
        var groups = (count + GroupSize - 1) / GroupSize;
        Philox.Fill(key, firstBlock + (uint)firstGroup * BlocksPerGroup, groups, MemoryMarshal.Cast<float, uint>(chunk));
        ref var target = ref MemoryMarshal.GetReference(chunk);
        for (nuint i = 0; i < (nuint)(groups * GroupSize); i += 16)
        {
            var radiusWord = Vector256.LoadUnsafe(ref target, i).AsUInt32();
            var angleWord = Vector256.LoadUnsafe(ref target, i + 8).AsUInt32();
            var (first, second) = FromWords(radiusWord, angleWord);
            first.StoreUnsafe(ref target, i);
            second.StoreUnsafe(ref target, i + 8);
        }
    }

    // Not TensorPrimitives.MultiplyAdd, which fuses where the machine can.
    private static void AddScaled(ReadOnlySpan<float> x, float scale, Span<float> sum)
    {
        var factor = Vector256.Create(scale);
        ref readonly var source = ref MemoryMarshal.GetReference(x);
        ref var target = ref MemoryMarshal.GetReference(sum);
        var i = 0;
        for (; i + 8 <= sum.Length; i += 8)
            (Vector256.LoadUnsafe(ref target, (nuint)i) + factor * Vector256.LoadUnsafe(in source, (nuint)i)).StoreUnsafe(ref target, (nuint)i);
        for (; i < sum.Length; i++) sum[i] += scale * x[i];
    }

    // The angle within a quarter turn comes from the word's upper bits; its two lowest choose the quarter.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> First, Vector256<float> Second) FromWords(Vector256<uint> radiusWord, Vector256<uint> angleWord)
    {
        var u = Vector256.ConvertToSingle((radiusWord >>> 1).AsInt32()) * Vector256.Create(RadiusScale) + Vector256.Create(RadiusOffset);
        var radius = Vector256.Sqrt(Vector256.Create(-2f) * DeterministicMath.LogNormal(u));
        var angle = angleWord.AsInt32();
        var (sin, cos) = DeterministicMath.SinCosQuarter(
            Vector256.ConvertToSingle(angle & Vector256.Create(AngleMask)) * Vector256.Create(AngleScale));
        cos ^= (angle << 30).AsSingle() & Vector256.Create(-0f);
        var swap = (angle << 31 >> 31).AsSingle();
        sin *= radius;
        cos *= radius;
        return (Vector256.ConditionalSelect(swap, sin, cos), Vector256.ConditionalSelect(swap, cos, sin));
    }
}
