using System.Globalization;
using ILGPU;
using ILGPU.IR;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Vsml.Ilgpu;

/// <summary>
/// A device that kernels run on: a GPU, or ILGPU's CPU accelerator. Everything that is made on it ends with it. One thread at a time.
/// </summary>
public sealed class IlgpuDevice : IDisposable
{
    // Threads of a group on a GPU. An episode is one group, and several groups fit on a multiprocessor.
    private const int GpuGroupSize = 256;

    // What is left free for the driver, for code, and for others.
    private const double UsableShare = 0.9;

    private readonly Context _context;

    private IlgpuDevice(DeviceDescription description, Context context, Accelerator accelerator, int groupSize)
    {
        Description = description;
        _context = context;
        Accelerator = accelerator;
        GroupSize = groupSize;
    }

    /// <summary>What it is.</summary>
    public DeviceDescription Description { get; }

    /// <summary>Threads of a group, which run one episode together.</summary>
    public int GroupSize { get; }

    /// <summary>The accelerator, for a program's own kernels.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>Whether kernels for tensor cores run on it; on the CPU accelerator, which stands in for them, in whole warps alone.</summary>
    internal bool HasTensorCores => Accelerator.WarpSize == 32 && GroupSize % 32 == 0 && Obstacle(new DevicePrecision(Arithmetic.Tf32)) is null;

    /// <summary>The devices of this machine: GPUs first, the CPU accelerator last.</summary>
    public static IReadOnlyList<DeviceDescription> List()
    {
        using var context = NewContext(DeviceKind.Cpu, CpuShape.Fastest, alsoGpus: true);
        return [.. DevicesOf(context).Select((device, index) => Describe(device, index))];
    }

    /// <summary>Opens a device.</summary>
    /// <param name="name">cpu, cuda, opencl, or an index into <see cref="List"/>; null for the first GPU.</param>
    /// <exception cref="VsmlException">There is no such device, or kernels cannot run on it.</exception>
    public static IlgpuDevice Open(string? name = null) => Open(Choose(name, List(), DriverLibraries.HasCuda()), CpuShape.Fastest);

    /// <summary>Opens the CPU accelerator with threads grouped as on a GPU.</summary>
    internal static IlgpuDevice OpenCpu(CpuShape shape) => Open(List()[^1], shape);

    /// <summary>The device that a name stands for.</summary>
    /// <param name="name">What was asked for.</param>
    /// <param name="devices">All devices.</param>
    /// <param name="hasCudaDriver">Whether there is a driver for NVIDIA GPUs.</param>
    internal static DeviceDescription Choose(string? name, IReadOnlyList<DeviceDescription> devices, bool hasCudaDriver)
    {
        var there = $"There are {string.Join(", ", devices)}.";
        var chosen = name switch
        {
            null => devices.FirstOrDefault(device => device.Kind != DeviceKind.Cpu)
                ?? throw new VsmlException("This machine has no GPU that can be used. Choose the device cpu for ILGPU's CPU accelerator, which is slow, or the compiled kernels."),
            "cpu" => devices[^1],
            "cuda" => devices.FirstOrDefault(device => device.Kind == DeviceKind.Cuda)
                ?? throw new VsmlException($"There is no CUDA device: {(hasCudaDriver ? "the driver shows none" : "its driver (libcuda.so.1) is not installed")}. {there}"),
            "opencl" => devices.FirstOrDefault(device => device.Kind == DeviceKind.OpenCl)
                ?? throw new VsmlException($"There is no OpenCL device that can be used; it has to offer OpenCL 2.0 with sub-groups. {there}"),
            _ when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) => index < devices.Count ? devices[index]
                : throw new VsmlException($"There is no device {name}. {there}"),
            _ => throw new VsmlException($"There is no device '{name}'; give cpu, cuda, opencl or an index. {there}"),
        };
        return chosen.Obstacle is { } obstacle ? throw new VsmlException($"Device {chosen} cannot be used: {obstacle}") : chosen;
    }

    /// <summary>Bytes that may still be allocated on it.</summary>
    public long FreeBytes => (long)(UsableShare * Accelerator switch
    {
        CudaAccelerator cuda => cuda.GetFreeMemory(),
        CPUAccelerator => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - GC.GetTotalMemory(forceFullCollection: false),
        _ => Accelerator.MemorySize,
    });

    /// <summary>Allocates memory on it.</summary>
    /// <param name="length">Number of elements; 0 is allowed.</param>
    /// <param name="what">What it is for, in messages.</param>
    /// <exception cref="VsmlException">There is too little memory.</exception>
    internal MemoryBuffer1D<T, Stride1D.Dense> Allocate<T>(long length, string what)
        where T : unmanaged
    {
        var bytes = Math.Max(length, 1) * Interop.SizeOf<T>();
        if (bytes <= FreeBytes)
        {
            try
            {
                return Accelerator.Allocate1D<T>(Math.Max(length, 1));
            }
            catch (Exception error) when (error is AcceleratorException or OutOfMemoryException)
            {
                // Reported below, like what is known beforehand.
            }
        }
        throw new VsmlException(FormattableString.Invariant($"Device {Description} has {FreeBytes / 1e6:N0} MB to give, too little for {what}, which take {bytes / 1e6:N0} MB."));
    }

    /// <summary>Compiles kernels.</summary>
    /// <typeparam name="T">Type of what is compiled.</typeparam>
    /// <param name="kernels">Which, in messages.</param>
    /// <param name="load">Compiles them.</param>
    /// <exception cref="VsmlException">They cannot be compiled for the device.</exception>
    internal T Compile<T>(string kernels, Func<T> load)
    {
        try
        {
            return load();
        }
        catch (Exception error) when (error is InternalCompilerException or NotSupportedException or InvalidOperationException or AcceleratorException)
        {
            throw new VsmlException($"The kernels {kernels} cannot be compiled for device {Description}: {error.GetBaseException().Message.ReplaceLineEndings(" ")}", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Accelerator.Dispose();
        _context.Dispose();
    }

    private static IlgpuDevice Open(DeviceDescription description, CpuShape shape)
    {
        var context = NewContext(description.Kind, shape, alsoGpus: description.Kind != DeviceKind.Cpu);
        try
        {
            var device = DevicesOf(context).ElementAt(description.Kind == DeviceKind.Cpu ? ^1 : description.Index);
            var accelerator = device is CPUDevice cpu ? cpu.CreateCPUAccelerator(context, CPUAcceleratorMode.Parallel) : device.CreateAccelerator(context);
            return new IlgpuDevice(description, context, accelerator, device is CPUDevice ? shape.GroupSize : Math.Min(GpuGroupSize, accelerator.MaxNumThreadsPerGroup));
        }
        catch (Exception error) when (error is AcceleratorException or NotSupportedException)
        {
            context.Dispose();
            throw new VsmlException($"Device {description} cannot be opened: {error.Message}", error);
        }
    }

    private static Context NewContext(DeviceKind kind, CpuShape shape, bool alsoGpus)
    {
        DriverLibraries.Resolve();
        return Context.Create(builder =>
        {
            Configure(builder, forGpus: kind != DeviceKind.Cpu);
            if (alsoGpus) builder.Cuda(_ => true).OpenCL();
            builder.CPU(new CPUDevice(shape.WarpSize, (shape.GroupSize + shape.WarpSize - 1) / shape.WarpSize, shape.Groups));
        });
    }

    /// <summary>How contexts compile kernels.</summary>
    internal static void Configure(Context.Builder builder, bool forGpus)
    {
        // The CPU accelerator runs methods as the C# compiler made them; only for GPUs does it pay to optimise what ILGPU reads.
        Kernels.DeviceInstructions.Register(builder.GetIntrinsicManager());
        builder.Optimize(forGpus ? OptimizationLevel.O2 : OptimizationLevel.O0);
        builder.Inlining(forGpus ? InliningMode.Aggressive : InliningMode.Disabled);
    }

    private static IEnumerable<Device> DevicesOf(Context context) =>
        context.Devices.OrderBy(device => device switch { CudaDevice => 0, CLDevice => 1, _ => 2 });

    private static DeviceDescription Describe(Device device, int index)
    {
        var (kind, name) = device switch
        {
            CudaDevice => (DeviceKind.Cuda, device.Name),
            CLDevice => (DeviceKind.OpenCl, device.Name),
            _ => (DeviceKind.Cpu, "ILGPU's CPU accelerator"),
        };
        return new DeviceDescription(index, kind, name, device is CudaDevice cuda ? Obstacle(cuda.InstructionSet is not null, cuda.DriverVersion, cuda.Architecture) : null);
    }

    /// <summary>Why the device cannot compute with a precision, in one line; null if it can.</summary>
    /// <param name="precision">The precision.</param>
    internal string? Obstacle(DevicePrecision precision) => Obstacle(precision, Description, (Accelerator as CudaAccelerator)?.Architecture);

    /// <summary>Why a device cannot compute with a precision.</summary>
    internal static string? Obstacle(DevicePrecision precision, DeviceDescription device, CudaArchitecture? architecture) =>
        precision.IsFloat32 || device.Kind == DeviceKind.Cpu || (device.Kind == DeviceKind.Cuda && architecture >= CudaArchitecture.SM_80) ? null
        : $"Device {device}{(architecture is { } old ? $", of architecture {old}," : "")} cannot compute with {precision}: they take an NVIDIA GPU of compute capability 8.0 or more. Leave them at float32.";

    /// <summary>Why theta cannot lie in the memory that a group of threads shares.</summary>
    internal static string? Obstacle(long sharedBytes, DeviceDescription device, int mostSharedBytes) => sharedBytes <= mostSharedBytes ? null
        : FormattableString.Invariant($"Device {device} has {mostSharedBytes / 1024.0:0.#} KiB of memory that a group of threads can share, too little for theta, which takes {sharedBytes / 1024.0:0.#} KiB. Take a smaller state or message size, another device, or the CPU.");

    /// <summary>Why a CUDA device cannot be used.</summary>
    internal static string? Obstacle(bool hasInstructionSet, CudaDriverVersion driver, CudaArchitecture? architecture) => hasInstructionSet ? null
        : $"its driver is made for CUDA {driver}, too old for an architecture of {architecture}. Install a newer driver.";
}
