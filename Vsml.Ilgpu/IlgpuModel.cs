using Vsml.Ilgpu.Kernels;

namespace Vsml.Ilgpu;

/// <summary>A model together with its kernels for devices that ILGPU drives. Immutable.</summary>
/// <param name="model">The model; emitted code calls this.</param>
/// <param name="kernels">Its kernels.</param>
public sealed class IlgpuModel(VsmlModel model, DeviceKernels kernels)
{
    /// <summary>The model.</summary>
    public VsmlModel Model { get; } = model;

    /// <summary>What was declared.</summary>
    public Architecture Architecture => Model.Architecture;

    /// <summary>How exactly its kernels compute.</summary>
    public DevicePrecision Precision => Kernels.Shape.Precision;

    /// <summary>Its kernels.</summary>
    public DeviceKernels Kernels { get; } = kernels;
}
