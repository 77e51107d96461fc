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
        Flat = new float[parameters.Count];
    }

    /// <summary>Which tensors theta has.</summary>
    public ParameterLayout Parameters { get; }

    /// <summary>The SIMD level that it was packed for.</summary>
    public SimdLevel Level { get; }

    /// <summary>The digest of the meta-parameters that were packed (<see cref="MetaParameters.Digest"/>).</summary>
    public string Digest => ThetaDigest.Of(Flat);

    internal AlignedFloats Packed { get; }

    /// <summary>Theta as it was before packing.</summary>
    internal float[] Flat { get; }

    /// <summary>The learned initial cell of each layer [K, N], or empty.</summary>
    internal float[] InitialCells { get; }
}
