namespace Vsml;

/// <summary>How exactly a device computes a network (docs/ilgpu.md, "Precision"). It is no part of the network: theta is the same.</summary>
/// <param name="Arithmetic">How h W is computed.</param>
/// <param name="StateStorage">How h is stored.</param>
public readonly record struct DevicePrecision(Arithmetic Arithmetic = Arithmetic.Float32, StateStorage StateStorage = StateStorage.Float32)
{
    /// <summary>Whether all is float32.</summary>
    public bool IsFloat32 => this == default;

    /// <summary>For example "arithmetic tf32 and state storage float16", as options and files write them.</summary>
    public override string ToString() => $"arithmetic {Arithmetic.ToString().ToLowerInvariant()} and state storage {StateStorage.ToString().ToLowerInvariant()}";
}
