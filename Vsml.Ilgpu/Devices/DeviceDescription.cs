namespace Vsml.Ilgpu;

/// <summary>A device that this machine has, as <see cref="IlgpuDevice.List"/> finds it.</summary>
/// <param name="Index">Its place in the list, which names it.</param>
/// <param name="Kind">What drives it.</param>
/// <param name="Name">The name that its driver gives it.</param>
/// <param name="Obstacle">Why kernels cannot run on it, in one line; null if they can.</param>
public sealed record DeviceDescription(int Index, DeviceKind Kind, string Name, string? Obstacle = null)
{
    /// <summary>For example "NVIDIA H200 (cuda)": what stays the same when devices are listed in another order.</summary>
    public string NameAndKind => $"{Name} ({Kind.ToString().ToLowerInvariant()})";

    /// <summary>For example "0 'NVIDIA H200' (cuda)".</summary>
    public override string ToString() => FormattableString.Invariant($"{Index} '{Name}' ({Kind.ToString().ToLowerInvariant()})");
}
