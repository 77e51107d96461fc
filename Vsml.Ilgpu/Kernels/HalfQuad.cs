using System.Runtime.InteropServices;

namespace Vsml.Ilgpu.Kernels;

/// <summary>Four entries of h as float16, which a device loads and stores at once.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8, Size = 8)]
public readonly struct HalfQuad : IStoredQuad<HalfQuad>
{
    private readonly int _xy, _zw;

    private HalfQuad(int xy, int zw) => (_xy, _zw) = (xy, zw);

    /// <inheritdoc/>
    public static HalfQuad Of(Quad numbers) => new(TensorCores.ToFloat16(numbers.X, numbers.Y), TensorCores.ToFloat16(numbers.Z, numbers.W));

    /// <inheritdoc/>
    public Quad ToQuad() => new(TensorCores.LowFloat16(_xy), TensorCores.HighFloat16(_xy), TensorCores.LowFloat16(_zw), TensorCores.HighFloat16(_zw));
}
