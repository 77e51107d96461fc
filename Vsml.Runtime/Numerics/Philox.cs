using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Vsml.Numerics;

/// <summary>
/// Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a bijection of 128-bit counters
/// that gives four random words for any counter and key, without state.
/// </summary>
public static class Philox
{
    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>The four words of one block.</summary>
    /// <param name="counter">Counter words 0..3.</param>
    /// <param name="key">Key words 0 and 1.</param>
    public static (uint X0, uint X1, uint X2, uint X3) Block((uint C0, uint C1, uint C2, uint C3) counter, (uint K0, uint K1) key)
    {
        var (x0, x1, x2, x3) = counter;
        var (k0, k1) = key;
        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)Multiplier0 * x0;
            var product1 = (ulong)Multiplier1 * x2;
            x0 = (uint)(product1 >> 32) ^ x1 ^ k0;
            x1 = (uint)product1;
            x2 = (uint)(product0 >> 32) ^ x3 ^ k1;
            x3 = (uint)product0;
            k0 += Weyl0;
            k1 += Weyl1;
        }
        return (x0, x1, x2, x3);
    }

    /// <summary>The four words of block <paramref name="block"/> of a stream.</summary>
    /// <param name="key">The stream.</param>
    /// <param name="block">Block index in the stream.</param>
    public static (uint X0, uint X1, uint X2, uint X3) Block(in RandomKey key, uint block) =>
        Block((block, key.Counter1, key.Iteration, key.Pair), (key.Key0, key.Key1));

    /// <summary>
    /// The words of 8 * <paramref name="groups"/> successive blocks, in the order of <see cref="NormalNoise"/>: for every eight
    /// blocks their words 0, then their words 1, 2 and 3.
    /// </summary>
    /// <param name="key">The stream.</param>
    /// <param name="block">First block index.</param>
    /// <param name="groups">Number of groups of eight blocks.</param>
    /// <param name="words">Receives 32 words a group.</param>
    [SkipLocalsInit]
    public static void Fill(in RandomKey key, uint block, int groups, Span<uint> words)
    {
        if (words.Length < groups * 32) throw new ArgumentException($"{groups} groups need room for {groups * 32} words, not {words.Length}.");
        Span<Vector256<ulong>> roundKeys = stackalloc Vector256<ulong>[2 * Rounds];
        var (k0, k1) = (key.Key0, key.Key1);
        for (var round = 0; round < Rounds; round++)
        {
            roundKeys[2 * round] = Vector256.Create((ulong)k0);
            roundKeys[2 * round + 1] = Vector256.Create((ulong)k1);
            k0 += Weyl0;
            k1 += Weyl1;
        }

        ref var keys = ref MemoryMarshal.GetReference(roundKeys);
        ref var target = ref MemoryMarshal.GetReference(words);
        for (var g = 0; g < groups; g++)
            Group(key, block + (uint)g * 8, ref keys, ref Unsafe.Add(ref target, g * 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Group(in RandomKey key, uint block, ref Vector256<ulong> roundKeys, ref uint words)
    {
        // Even blocks in a, odd blocks in b, one word per 64-bit lane. Only the low halves count: the multiplication reads
        // nothing else, so what the xor leaves in the high halves may stay there.
        var first = Vector256.Create(block);
        var a0 = (first + Vector256.Create(0u, 0, 2, 0, 4, 0, 6, 0)).AsUInt64();
        var b0 = (first + Vector256.Create(1u, 0, 3, 0, 5, 0, 7, 0)).AsUInt64();
        var a1 = Vector256.Create((ulong)key.Counter1);
        var a2 = Vector256.Create((ulong)key.Iteration);
        var a3 = Vector256.Create((ulong)key.Pair);
        var (b1, b2, b3) = (a1, a2, a3);
        // Written out: neither do words change their registers, nor does anything but arithmetic run.
        Round(a0, ref a1, a2, ref a3, Unsafe.Add(ref roundKeys, 0), Unsafe.Add(ref roundKeys, 1), out var c0, out var c2);
        Round(b0, ref b1, b2, ref b3, Unsafe.Add(ref roundKeys, 0), Unsafe.Add(ref roundKeys, 1), out var d0, out var d2);
        Round(c0, ref a1, c2, ref a3, Unsafe.Add(ref roundKeys, 2), Unsafe.Add(ref roundKeys, 3), out a0, out a2);
        Round(d0, ref b1, d2, ref b3, Unsafe.Add(ref roundKeys, 2), Unsafe.Add(ref roundKeys, 3), out b0, out b2);
        Round(a0, ref a1, a2, ref a3, Unsafe.Add(ref roundKeys, 4), Unsafe.Add(ref roundKeys, 5), out c0, out c2);
        Round(b0, ref b1, b2, ref b3, Unsafe.Add(ref roundKeys, 4), Unsafe.Add(ref roundKeys, 5), out d0, out d2);
        Round(c0, ref a1, c2, ref a3, Unsafe.Add(ref roundKeys, 6), Unsafe.Add(ref roundKeys, 7), out a0, out a2);
        Round(d0, ref b1, d2, ref b3, Unsafe.Add(ref roundKeys, 6), Unsafe.Add(ref roundKeys, 7), out b0, out b2);
        Round(a0, ref a1, a2, ref a3, Unsafe.Add(ref roundKeys, 8), Unsafe.Add(ref roundKeys, 9), out c0, out c2);
        Round(b0, ref b1, b2, ref b3, Unsafe.Add(ref roundKeys, 8), Unsafe.Add(ref roundKeys, 9), out d0, out d2);
        Round(c0, ref a1, c2, ref a3, Unsafe.Add(ref roundKeys, 10), Unsafe.Add(ref roundKeys, 11), out a0, out a2);
        Round(d0, ref b1, d2, ref b3, Unsafe.Add(ref roundKeys, 10), Unsafe.Add(ref roundKeys, 11), out b0, out b2);
        Round(a0, ref a1, a2, ref a3, Unsafe.Add(ref roundKeys, 12), Unsafe.Add(ref roundKeys, 13), out c0, out c2);
        Round(b0, ref b1, b2, ref b3, Unsafe.Add(ref roundKeys, 12), Unsafe.Add(ref roundKeys, 13), out d0, out d2);
        Round(c0, ref a1, c2, ref a3, Unsafe.Add(ref roundKeys, 14), Unsafe.Add(ref roundKeys, 15), out a0, out a2);
        Round(d0, ref b1, d2, ref b3, Unsafe.Add(ref roundKeys, 14), Unsafe.Add(ref roundKeys, 15), out b0, out b2);
        Round(a0, ref a1, a2, ref a3, Unsafe.Add(ref roundKeys, 16), Unsafe.Add(ref roundKeys, 17), out c0, out c2);
        Round(b0, ref b1, b2, ref b3, Unsafe.Add(ref roundKeys, 16), Unsafe.Add(ref roundKeys, 17), out d0, out d2);
        Round(c0, ref a1, c2, ref a3, Unsafe.Add(ref roundKeys, 18), Unsafe.Add(ref roundKeys, 19), out a0, out a2);
        Round(d0, ref b1, d2, ref b3, Unsafe.Add(ref roundKeys, 18), Unsafe.Add(ref roundKeys, 19), out b0, out b2);
        Interleave(a0, b0).StoreUnsafe(ref words);
        Interleave(a1, b1).StoreUnsafe(ref words, 8);
        Interleave(a2, b2).StoreUnsafe(ref words, 16);
        Interleave(a3, b3).StoreUnsafe(ref words, 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        Vector256<ulong> x0, ref Vector256<ulong> x1, Vector256<ulong> x2, ref Vector256<ulong> x3,
        Vector256<ulong> key0, Vector256<ulong> key1, out Vector256<ulong> y0, out Vector256<ulong> y2)
    {
        var product0 = MultiplyWide(x0, Vector256.Create(Multiplier0));
        var product1 = MultiplyWide(x2, Vector256.Create(Multiplier1));
        // The old words meet the key first: off the chain of multiplications, whose latency is what this waits for.
        y0 = (product1 >>> 32) ^ (x1 ^ key0);
        y2 = (product0 >>> 32) ^ (x3 ^ key1);
        x1 = product1;
        x3 = product0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Interleave(Vector256<ulong> even, Vector256<ulong> odd) =>
        Vector256.ConditionalSelect(Vector256.Create(0x00000000FFFFFFFFul), even, odd << 32).AsUInt32();

    /// <summary>Product of the low halves of the 64-bit lanes, full width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> MultiplyWide(Vector256<ulong> left, Vector256<uint> right)
    {
        if (Avx2.IsSupported) return Avx2.Multiply(left.AsUInt32(), right);
        return Vector256.Create(
            MultiplyWide(left.GetLower(), right.GetLower()),
            MultiplyWide(left.GetUpper(), right.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> MultiplyWide(Vector128<ulong> left, Vector128<uint> right)
    {
        if (Sse2.IsSupported) return Sse2.Multiply(left.AsUInt32(), right);
        if (AdvSimd.IsSupported)
            return AdvSimd.MultiplyWideningLower(AdvSimd.ExtractNarrowingLower(left), right.GetLower());
        return (left & Vector128.Create(0x00000000FFFFFFFFul)) * (ulong)right.ToScalar();
    }
}
