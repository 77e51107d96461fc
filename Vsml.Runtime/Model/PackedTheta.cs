using Vsml.Contracts;

namespace Vsml;

/// <summary>
/// Theta rearranged for the kernels of one SIMD level. Immutable; any number of learners and runners share it, of any layout
/// with the same N, M and options.
/// </summary>
public sealed class PackedTheta
{
    internal PackedTheta(ParameterLayout parameters, SimdLevel level, AlignedFloats packed, float[] initialCells)
    {
        Parameters = parameters;
        Level = level;
        Packed = packed;
        InitialCells = initialCells;
    }

    /// <summary>Which tensors theta has.</summary>
    public ParameterLayout Parameters { get; }

    /// <summary>The SIMD level that it was packed for.</summary>
    public SimdLevel Level { get; }

    internal AlignedFloats Packed { get; }

    /// <summary>The learned initial cell of each layer [K, N], or empty.</summary>
    internal float[] InitialCells { get; }
}
