using System.Runtime.CompilerServices;
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

    /// <summary>Eight successive blocks at once; lane l of every output belongs to block <paramref name="block"/> + l.</summary>
    /// <param name="key">The stream.</param>
    /// <param name="block">First block index.</param>
    /// <param name="x0">Word 0 of the eight blocks.</param>
    /// <param name="x1">Word 1.</param>
    /// <param name="x2">Word 2.</param>
    /// <param name="x3">Word 3.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Blocks8(
        in RandomKey key, uint block,
        out Vector256<uint> x0, out Vector256<uint> x1, out Vector256<uint> x2, out Vector256<uint> x3)
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
        var k0 = Vector256.Create(key.Key0);
        var k1 = Vector256.Create(key.Key1);
        var m0 = Vector256.Create(Multiplier0);
        var m1 = Vector256.Create(Multiplier1);
        for (var round = 0; round < Rounds; round++)
        {
            // The old words meet the key first: off the chain of multiplications, whose latency is what this loop waits for.
            var p0 = MultiplyWide(a0, m0);
            var p1 = MultiplyWide(a2, m1);
            var q0 = MultiplyWide(b0, m0);
            var q1 = MultiplyWide(b2, m1);
            a0 = (p1 >>> 32) ^ (a1 ^ k0.AsUInt64());
            a1 = p1;
            a2 = (p0 >>> 32) ^ (a3 ^ k1.AsUInt64());
            a3 = p0;
            b0 = (q1 >>> 32) ^ (b1 ^ k0.AsUInt64());
            b1 = q1;
            b2 = (q0 >>> 32) ^ (b3 ^ k1.AsUInt64());
            b3 = q0;
            k0 += Vector256.Create(Weyl0);
            k1 += Vector256.Create(Weyl1);
        }
        x0 = Interleave(a0, b0);
        x1 = Interleave(a1, b1);
        x2 = Interleave(a2, b2);
        x3 = Interleave(a3, b3);
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
