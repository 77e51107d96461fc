using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Vsml.Numerics;

/// <summary>
/// Standard normal numbers cut at 2 sigma, by index, through the inverse distribution function sqrt(2) erfinv(y) with y
/// uniform in +-erf(sqrt 2). One random word an element, placed as in <see cref="NormalNoise"/>: element 32 g + 8 w + l is word
/// w of block 8 g + l. The polynomial is Giles' ("Approximating the erfinv function", GPU Computing Gems, 2011), single precision.
/// </summary>
public static class TruncatedNormalNoise
{
    // erf(sqrt 2) / 2^31.
    private const float Scale = 0.954499736f / 2147483648f;
    private const float SqrtTwo = 1.41421356f;

    private const float P0 = 1.50140941f, P1 = 0.246640727f, P2 = -0.00417768164f, P3 = -0.00125372503f, P4 = 0.00021858087f;
    private const float P5 = -4.39150654e-06f, P6 = -3.5233877e-06f, P7 = 3.43273939e-07f, P8 = 2.81022636e-08f;

    /// <summary>One element: the definition that the vector form reproduces bit for bit.</summary>
    /// <param name="key">The stream.</param>
    /// <param name="index">Element index, 0 or more.</param>
    /// <param name="firstBlock">Philox block where element 0 begins.</param>
    public static float At(in RandomKey key, int index, uint firstBlock = 0)
    {
        var position = index % NormalNoise.GroupSize;
        var block = firstBlock + (uint)(index / NormalNoise.GroupSize * NormalNoise.BlocksPerGroup + position % 8);
        var (x0, x1, x2, x3) = Philox.Block(key, block);
        return FromWord((position / 8) switch { 0 => x0, 1 => x1, 2 => x2, _ => x3 });
    }

    /// <summary>Writes elements <paramref name="start"/>, start + 1, ...</summary>
    /// <param name="key">The stream.</param>
    /// <param name="start">Index of the first element.</param>
    /// <param name="destination">Receives the elements.</param>
    /// <param name="firstBlock">Philox block where element 0 begins.</param>
    [SkipLocalsInit]
    public static void Fill(in RandomKey key, int start, Span<float> destination, uint firstBlock = 0)
    {
        const int chunkSize = 8 * NormalNoise.GroupSize;
        Span<float> chunk = stackalloc float[chunkSize];
        while (!destination.IsEmpty)
        {
            var offset = start % NormalNoise.GroupSize;
            var count = Math.Min(chunkSize - offset, destination.Length);
            var block = firstBlock + (uint)(start / NormalNoise.GroupSize) * NormalNoise.BlocksPerGroup;
            var groups = (offset + count + NormalNoise.GroupSize - 1) / NormalNoise.GroupSize;
            Philox.Fill(key, block, groups, MemoryMarshal.Cast<float, uint>(chunk));
            ref var target = ref MemoryMarshal.GetReference(chunk);
            for (nuint i = 0; i < (nuint)(groups * NormalNoise.GroupSize); i += 8)
                FromWord(Vector256.LoadUnsafe(ref target, i).AsUInt32()).StoreUnsafe(ref target, i);
            chunk.Slice(offset, count).CopyTo(destination);
            destination = destination[count..];
            start += count;
        }
    }

    internal static float FromWord(uint word)
    {
        var y = (int)word * Scale;
        var w = -DeterministicMath.LogNormal((1f - y) * (1f + y)) - 2.5f;
        var p = P8 * w + P7;
        p = p * w + P6;
        p = p * w + P5;
        p = p * w + P4;
        p = p * w + P3;
        p = p * w + P2;
        p = p * w + P1;
        p = p * w + P0;
        var z = p * y * SqrtTwo;
        z = z > 2f ? 2f : z;
        return z < -2f ? -2f : z;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FromWord(Vector256<uint> word)
    {
        var one = Vector256.Create(1f);
        var y = Vector256.ConvertToSingle(word.AsInt32()) * Vector256.Create(Scale);
        var w = -DeterministicMath.LogNormal((one - y) * (one + y)) - Vector256.Create(2.5f);
        var p = Vector256.Create(P8) * w + Vector256.Create(P7);
        p = p * w + Vector256.Create(P6);
        p = p * w + Vector256.Create(P5);
        p = p * w + Vector256.Create(P4);
        p = p * w + Vector256.Create(P3);
        p = p * w + Vector256.Create(P2);
        p = p * w + Vector256.Create(P1);
        p = p * w + Vector256.Create(P0);
        var z = p * y * Vector256.Create(SqrtTwo);
        return Vector256.Max(Vector256.Min(z, Vector256.Create(2f)), Vector256.Create(-2f));
    }
}
