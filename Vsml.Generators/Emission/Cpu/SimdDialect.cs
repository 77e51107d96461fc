using System.Collections.Generic;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>The few words in which the kernels of one SIMD level differ from those of another.</summary>
/// <param name="Level">Member of Vsml.Contracts.SimdLevel.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Vector">The vector type without its element type.</param>
/// <param name="Width">Floats of a vector.</param>
/// <param name="UnitTile">State entries whose gates are accumulated together.</param>
/// <param name="VectorTile">Vectors of a block that are accumulated together.</param>
/// <param name="ChainsAtOnce">Exponentials that advance side by side; more would spill registers.</param>
/// <param name="FusesTick">Whether a micro tick is one loop, from the product to the new state.</param>
/// <param name="IsFused">Whether multiply-add rounds once.</param>
/// <param name="HasScale">Whether one instruction multiplies by a power of two, with saturation, and one looks up 32 floats.</param>
public sealed record SimdDialect(
    string Level, string Title, string Vector, int Width, int UnitTile, int VectorTile, int ChainsAtOnce, bool FusesTick, bool IsFused, bool HasScale)
{
    /// <summary>AVX-512: 32 registers hold 16 accumulators; weights are embedded broadcasts.</summary>
    public static readonly SimdDialect Avx512 = new("Avx512", "AVX-512", "Vector512", 16, UnitTile: 4, VectorTile: 1, ChainsAtOnce: 2, FusesTick: true, IsFused: true, HasScale: true);

    /// <summary>AVX2: 16 registers hold 8 accumulators, two vectors of a block, so that a broadcast weight serves twice.</summary>
    public static readonly SimdDialect Avx2 = new("Avx2", "AVX2", "Vector256", 8, UnitTile: 1, VectorTile: 2, ChainsAtOnce: 6, FusesTick: false, IsFused: true, HasScale: false);

    /// <summary>Vectors of 4, multiply then add: the same bits on every machine.</summary>
    public static readonly SimdDialect Portable = new("Portable", "portable", "Vector128", 4, UnitTile: 1, VectorTile: 2, ChainsAtOnce: 6, FusesTick: false, IsFused: false, HasScale: false);

    /// <summary>All levels, widest first.</summary>
    public static readonly IReadOnlyList<SimdDialect> All = [Avx512, Avx2, Portable];

    /// <summary>This level with vectors no wider than a number of lanes: 8 or whole blocks.</summary>
    /// <param name="lanes">Lanes that there are.</param>
    public SimdDialect NoWiderThan(int lanes) => lanes >= Width ? this : this with { Vector = "Vector256", Width = 8 };

    /// <summary>Vectors of a block of 16 lanes.</summary>
    public int Pieces => Blocks.Lanes / Width;

    /// <summary>Name of the emitted class.</summary>
    public string ClassName => Level + "Kernels";

    /// <summary>The vector type in full.</summary>
    public string Floats => Vector + "<float>";

    /// <summary>a * b + c.</summary>
    /// <param name="a">One factor.</param>
    /// <param name="b">The other factor.</param>
    /// <param name="c">What is added.</param>
    public string MultiplyAdd(string a, string b, string c) =>
        IsFused ? $"{Vector}.FusedMultiplyAdd({a}, {b}, {c})" : $"{a} * {b} + {c}";

    /// <summary>A vector of one value.</summary>
    /// <param name="value">A float expression.</param>
    public string Broadcast(string value) => $"{Vector}.Create({value})";

    /// <summary>Loads a vector.</summary>
    /// <param name="source">Name of a ref float.</param>
    /// <param name="index">Index of the first float.</param>
    public string Load(string source, string index) => $"{Vector}.LoadUnsafe(ref {source}, {index})";
}
