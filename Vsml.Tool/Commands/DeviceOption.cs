using System.CommandLine;
using Vsml.Ilgpu;

namespace Vsml.Tool.Commands;

/// <summary>The option <c>--device</c>: what kernels for ILGPU run on.</summary>
internal static class DeviceOption
{
    /// <summary>Makes the option.</summary>
    public static Option<string?> Create() => new("--device")
    {
        HelpName = "cpu|cuda|opencl|INDEX",
        Description = "With --backend ilgpu: the device, left out the first GPU; cpu is ILGPU's CPU accelerator, which is slow.",
    };

    /// <summary>Opens the chosen device.</summary>
    /// <param name="name">What was given.</param>
    /// <exception cref="VsmlException">There is no such device, or it cannot be used.</exception>
    public static IlgpuDevice Open(string? name)
    {
        try
        {
            return IlgpuDevice.Open(name);
        }
        catch (VsmlException error)
        {
            throw new VsmlException($"--device: {error.Message}", error);
        }
    }
}
