using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Vsml.Numerics;

/// <summary>
/// Sequential draws from one Philox 4x32-10 stream (see <see cref="RandomKey"/> for key and counter). Single draws take the
/// words of successive blocks in order; a Fill begins with a fresh block and takes eight blocks for every 32 elements begun.
/// A mutable value: pass it by reference.
/// </summary>
public struct CounterRandom
{
    private readonly RandomKey _key;
    private uint _block;
    private uint _x1, _x2, _x3;
    private int _left;

    /// <summary>A stream from its beginning.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="stream">What the numbers are for.</param>
    /// <param name="iteration">Meta-iteration.</param>
    /// <param name="pair">Index of the antithetic pair, or of the episode.</param>
    /// <param name="sub">Part of the stream, below 2^24.</param>
    public CounterRandom(ulong seed, RandomStream stream, uint iteration, uint pair, uint sub = 0)
        : this(new RandomKey(seed, stream, iteration, pair, sub))
    {
    }

    /// <summary>A stream from its beginning.</summary>
    /// <param name="key">The stream.</param>
    public CounterRandom(in RandomKey key)
    {
        _key = key;
    }

    /// <summary>A stream from some block on.</summary>
    /// <param name="key">The stream.</param>
    /// <param name="block">Philox block where it begins.</param>
    internal CounterRandom(in RandomKey key, uint block)
        : this(key) => _block = block;

    /// <summary>The next word. Takes one word.</summary>
    public uint NextUInt32()
    {
        switch (_left)
        {
            case 3:
                _left = 2;
                return _x1;
            case 2:
                _left = 1;
                return _x2;
            case 1:
                _left = 0;
                return _x3;
            default:
                (var first, _x1, _x2, _x3) = Philox.Block(_key, _block++);
                _left = 3;
                return first;
        }
    }

    /// <summary>
    /// A number in 0..<paramref name="exclusiveMax"/> - 1, all equally likely (Lemire, "Fast random integer generation in an
    /// interval", 2019). Takes one word, rarely more.
    /// </summary>
    /// <param name="exclusiveMax">1 or more.</param>
    public int NextInt(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMax);
        var range = (uint)exclusiveMax;
        var product = (ulong)NextUInt32() * range;
        if ((uint)product < range)
        {
            var threshold = (0u - range) % range;
            while ((uint)product < threshold) product = (ulong)NextUInt32() * range;
        }
        return (int)(product >> 32);
    }

    /// <summary>A multiple of 2^-24 in [0, 1). Takes one word.</summary>
    public float NextUniform() => ToUniform(NextUInt32());

    /// <summary>A number in [<paramref name="min"/>, <paramref name="max"/>); max itself only by rounding. Takes one word.</summary>
    /// <param name="min">Lower end.</param>
    /// <param name="max">Upper end.</param>
    public float NextUniform(float min, float max) => min + (max - min) * NextUniform();

    /// <summary>A standard normal number. Takes two words.</summary>
    public float NextNormal()
    {
        var radiusWord = NextUInt32();
        return NormalNoise.FromWords(radiusWord, NextUInt32()).First;
    }

    /// <summary>A standard normal number cut at 2 sigma. Takes one word.</summary>
    public float NextTruncatedNormal() => TruncatedNormalNoise.FromWord(NextUInt32());

    /// <summary>Standard normal numbers; see <see cref="NormalNoise"/>.</summary>
    /// <param name="destination">Receives the numbers.</param>
    public void FillNormal(Span<float> destination)
    {
        NormalNoise.Fill(_key, 0, destination, _block);
        Skip(destination.Length);
    }

    /// <summary>Standard normal numbers cut at 2 sigma; see <see cref="TruncatedNormalNoise"/>.</summary>
    /// <param name="destination">Receives the numbers.</param>
    public void FillTruncatedNormal(Span<float> destination)
    {
        TruncatedNormalNoise.Fill(_key, 0, destination, _block);
        Skip(destination.Length);
    }

    /// <summary>Numbers min + (max - min) u with u as <see cref="NextUniform()"/> gives it; words placed as in <see cref="NormalNoise"/>.</summary>
    /// <param name="destination">Receives the numbers.</param>
    /// <param name="min">Lower end.</param>
    /// <param name="max">Upper end.</param>
    [SkipLocalsInit]
    public void FillUniform(Span<float> destination, float min, float max)
    {
        const int chunkSize = 8 * NormalNoise.GroupSize;
        var from = Vector256.Create(min);
        var width = Vector256.Create(max - min);
        Span<float> chunk = stackalloc float[chunkSize];
        for (var start = 0; start < destination.Length; start += chunkSize)
        {
            var count = Math.Min(chunkSize, destination.Length - start);
            var groups = (count + NormalNoise.GroupSize - 1) / NormalNoise.GroupSize;
            var block = _block + (uint)(start / NormalNoise.GroupSize) * NormalNoise.BlocksPerGroup;
            Philox.Fill(_key, block, groups, MemoryMarshal.Cast<float, uint>(chunk));
            ref var target = ref MemoryMarshal.GetReference(chunk);
            for (nuint i = 0; i < (nuint)(groups * NormalNoise.GroupSize); i += 8)
                (from + width * ToUniform(Vector256.LoadUnsafe(ref target, i).AsUInt32())).StoreUnsafe(ref target, i);
            chunk[..count].CopyTo(destination[start..]);
        }
        Skip(destination.Length);
    }

    /// <summary>Puts the items into random order, all orders equally likely (Fisher-Yates). Takes a draw an item but the first.</summary>
    /// <typeparam name="T">Type of an item.</typeparam>
    /// <param name="items">The items.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var other = NextInt(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    /// <summary>Takes the words of a Fill without drawing them.</summary>
    /// <param name="elements">Elements to fill.</param>
    /// <returns>The stream, and the Philox block where element 0 begins.</returns>
    internal (RandomKey Key, uint FirstBlock) Leave(int elements)
    {
        var first = _block;
        Skip(elements);
        return (_key, first);
    }

    private void Skip(int elements)
    {
        _block += NormalNoise.BlocksOf(elements);
        _left = 0;
    }

    /// <summary>A multiple of 2^-24 in [0, 1).</summary>
    /// <param name="word">A random word.</param>
    internal static float ToUniform(uint word) => (int)(word >> 8) * (1f / 16777216f);

    private static Vector256<float> ToUniform(Vector256<uint> word) =>
        Vector256.ConvertToSingle((word >>> 8).AsInt32()) * Vector256.Create(1f / 16777216f);
}
