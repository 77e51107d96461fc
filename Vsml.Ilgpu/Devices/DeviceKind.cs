namespace Vsml.Ilgpu;

/// <summary>What drives a device.</summary>
public enum DeviceKind
{
    /// <summary>An NVIDIA GPU.</summary>
    Cuda,

    /// <summary>A device of an OpenCL driver.</summary>
    OpenCl,

    /// <summary>ILGPU's CPU accelerator: kernels run as they are written, far slower than compiled ones. For tests.</summary>
    Cpu,
}
