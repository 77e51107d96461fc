using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Vsml.Contracts;

/// <summary>The instruction sets that kernels are emitted for. A larger value is a wider level.</summary>
public enum SimdLevel
{
    /// <summary>Vectors of 4 floats, multiply then add: the same bits on x86 and ARM.</summary>
    Portable = 0,

    /// <summary>AVX2 with fused multiply-add: vectors of 8 floats.</summary>
    Avx2 = 1,

    /// <summary>AVX-512: vectors of 16 floats.</summary>
    Avx512 = 2,
}

/// <summary>What this machine can run.</summary>
public static class SimdLevels
{
    /// <summary>The widest level of this machine; chosen at start-up and fixed for the process.</summary>
    public static SimdLevel Widest { get; } =
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? SimdLevel.Avx512
        : Avx2.IsSupported && Fma.IsSupported ? SimdLevel.Avx2
        : SimdLevel.Portable;

    /// <summary>The level's name on the command line and in files: avx512, avx2 or portable.</summary>
    /// <param name="level">A level.</param>
    public static string Name(this SimdLevel level) => level switch
    {
        SimdLevel.Avx512 => "avx512",
        SimdLevel.Avx2 => "avx2",
        _ => "portable",
    };

    /// <summary>Reads a level's name.</summary>
    /// <param name="name">avx512, avx2 or portable.</param>
    /// <param name="level">The level, if the name is one of these.</param>
    public static bool TryParse(string name, out SimdLevel level)
    {
        foreach (var candidate in Enum.GetValues<SimdLevel>())
            if (candidate.Name() == name)
            {
                level = candidate;
                return true;
            }
        level = default;
        return false;
    }
}
