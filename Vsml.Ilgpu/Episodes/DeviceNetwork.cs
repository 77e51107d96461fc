using ILGPU;
using ILGPU.Runtime;
using Vsml.Ilgpu.Kernels;

namespace Vsml.Ilgpu;

/// <summary>A model's kernels, compiled for a device, and the tables that they read.</summary>
internal sealed class DeviceNetwork : IDisposable
{
    private readonly Action<AcceleratorStream, KernelConfig, EpisodeMemory> _episode;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, int> _pack;
    private readonly MemoryBuffer1D<Turn, Stride1D.Dense> _turns;
    private readonly MemoryBuffer1D<LayerStates, Stride1D.Dense> _layers;
    private readonly MemoryBuffer1D<int, Stride1D.Dense> _sources;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _factors;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _offsets;

    /// <summary>Compiles the kernels.</summary>
    /// <param name="model">The model.</param>
    /// <param name="device">The device.</param>
    /// <exception cref="VsmlException">They cannot be compiled for it.</exception>
    public DeviceNetwork(IlgpuModel model, IlgpuDevice device)
    {
        (Model, Device, Shape) = (model, device, model.Kernels.Shape);
        var accelerator = device.Accelerator;
        if (accelerator.WarpSize > 32 || (accelerator.WarpSize & (accelerator.WarpSize - 1)) != 0)
            throw new VsmlException($"Device {device.Description} has warps of {accelerator.WarpSize} threads; the kernels are made for 32 or fewer.");
        try
        {
            _episode = accelerator.LoadKernel(model.Kernels.Episode);
            _pack = accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, int>(MemberTheta.Pack);
        }
        catch (Exception error) when (error is InternalCompilerException or NotSupportedException or InvalidOperationException or AcceleratorException)
        {
            var layers = string.Join(", ", model.Architecture.Layers);
            throw new VsmlException($"The kernels of the network {layers} with state size {model.Architecture.StateSize} cannot be compiled for device {device.Description}: {(error.InnerException ?? error).Message}", error);
        }
        var packing = new PackingTable(model.Kernels.Packing);
        _turns = Upload([.. Shape.Turns]);
        _layers = Upload([.. Shape.Layers.Select(layer => new LayerStates { Hidden = layer.Hidden, Cell = layer.Cell, PaddedLoops = layer.PaddedLoops, PaddedLanes = layer.PaddedLanes })]);
        _sources = Upload(packing.Sources);
        _factors = Upload(packing.Factors);
        _offsets = Upload(packing.Offsets);

        MemoryBuffer1D<T, Stride1D.Dense> Upload<T>(T[] values)
            where T : unmanaged
        {
            var buffer = device.Allocate<T>(values.Length, "the tables of a network");
            buffer.CopyFromCPU(values);
            return buffer;
        }
    }

    /// <summary>The model.</summary>
    public IlgpuModel Model { get; }

    /// <summary>The device.</summary>
    public IlgpuDevice Device { get; }

    /// <summary>Sizes, and places in memory.</summary>
    public DeviceShape Shape { get; }

    /// <summary>Floats of packed theta.</summary>
    public int PackedFloats => checked((int)_sources.Length);

    /// <summary>Packs theta of members.</summary>
    /// <param name="theta">Flat theta of each member.</param>
    /// <param name="packed">Receives packed theta of each member.</param>
    /// <param name="members">Number of members.</param>
    public void Pack(ArrayView<float> theta, ArrayView<float> packed, int members) => _pack(
        Device.Accelerator.DefaultStream, checked(members * PackedFloats), theta, packed, _sources.View, _factors.View, _offsets.View, Model.Model.Parameters.Count);

    /// <summary>Runs examples of episodes.</summary>
    /// <param name="memory">What they work on, without the network's own tables.</param>
    /// <param name="episodes">Number of episodes.</param>
    public void Run(EpisodeMemory memory, int episodes)
    {
        memory.Turns = _turns.View;
        memory.Layers = _layers.View;
        _episode(Device.Accelerator.DefaultStream, new KernelConfig(episodes, Math.Min(Device.GroupSize, Shape.MostThreads)), memory);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in new MemoryBuffer[] { _turns, _layers, _sources, _factors, _offsets }) buffer.Dispose();
    }
}
