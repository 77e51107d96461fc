using Vsml.Contracts;

namespace Vsml.Ilgpu.Kernels;

/// <summary>The kernels of a model; emitted code derives from it.</summary>
public abstract class DeviceKernels
{
    /// <summary>Sizes, and places in memory.</summary>
    public abstract DeviceShape Shape { get; }

    /// <summary>How theta is packed for them.</summary>
    public abstract ThetaPacking Packing { get; }

    /// <summary>The kernel that runs examples of episodes, one group of threads for each.</summary>
    public abstract Action<EpisodeMemory> Episode { get; }

    /// <summary>The same on tensor cores, in groups of whole warps of 32; null where arithmetic is float32.</summary>
    public virtual Action<EpisodeMemory>? TensorEpisode => null;

    /// <summary>The kernel that goes back through examples whose states all sweeps have left behind; null where not all is float32.</summary>
    public virtual Action<GradientMemory>? Gradient => null;
}
