namespace Vsml.MetaTraining;

/// <summary>The device that runs episodes, and how exactly it computes; both decide the bits. As JSON a name alone stands for float32.</summary>
/// <param name="Name">Its name, as its backend gives it; null for whichever the backend has.</param>
/// <param name="Arithmetic">How it computes h W.</param>
/// <param name="StateStorage">How it stores h.</param>
public sealed record RunDevice(string? Name = null, Arithmetic Arithmetic = Arithmetic.Float32, StateStorage StateStorage = StateStorage.Float32)
{
    /// <summary>How exactly it computes.</summary>
    public DevicePrecision Precision => new(Arithmetic, StateStorage);

    /// <summary>For example "NVIDIA H200 (cuda) with arithmetic tf32 and state storage float32"; the name alone where all is float32.</summary>
    public override string ToString() => Precision.IsFloat32 ? Name ?? "any" : $"{Name ?? "any"} with {Precision}";
}
