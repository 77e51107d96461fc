using ILGPU;
using ILGPU.Runtime;
using Vsml.Ilgpu.Kernels;

namespace Vsml.Ilgpu;

/// <summary>A model's kernels, compiled for a device, and the tables that they read.</summary>
internal sealed class DeviceNetwork : IDisposable
{
    private readonly Action<AcceleratorStream, KernelConfig, EpisodeMemory> _episode;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, int> _pack;
    private readonly Lazy<GradientKernels> _gradient;
    private readonly MemoryBuffer1D<Turn, Stride1D.Dense> _turns;
    private readonly MemoryBuffer1D<AdjointTurn, Stride1D.Dense> _adjointTurns;
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
        var obstacle = device.Obstacle(Shape.Precision) ?? IlgpuDevice.Obstacle(16L * Shape.SharedQuads, device.Description, accelerator.MaxSharedMemoryPerGroup);
        if (obstacle is not null) throw new VsmlException(obstacle);
        (_episode, _pack) = Compile(() => (
            accelerator.LoadKernel(device.HasTensorCores ? model.Kernels.TensorEpisode ?? model.Kernels.Episode : model.Kernels.Episode),
            accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, int>(MemberTheta.Pack)));
        // Many programs only run forwards.
        _gradient = new(() => Compile(() => new GradientKernels(accelerator, model.Kernels.Gradient
            ?? throw new VsmlException($"Gradients are computed in float32 alone, but the model computes with {model.Precision}. Leave them at float32, or take evolution strategies."))));
        var packing = new PackingTable(model.Kernels.Packing);
        _turns = Upload([.. Shape.Turns]);
        _adjointTurns = Upload([.. Shape.AdjointTurns]);
        _layers = Upload([.. Shape.Layers.Select(layer => new LayerStates { Hidden = layer.Hidden, Cell = layer.Cell, Loops = layer.Loops, PaddedLoops = layer.PaddedLoops, Lanes = layer.Lanes, PaddedLanes = layer.PaddedLanes })]);
        _sources = Upload(packing.Sources);
        _factors = Upload(packing.Factors);
        _offsets = Upload(packing.Offsets);

        MemoryBuffer1D<T, Stride1D.Dense> Upload<T>(T[] values)
            where T : unmanaged
        {
            var buffer = device.Allocate<T>(values.Length, "the tables of a network");
            if (values.Length > 0) buffer.CopyFromCPU(values);
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
    public void Run(EpisodeMemory memory, int episodes) => _episode(Device.Accelerator.DefaultStream, Groups(episodes), WithTables(memory));

    /// <summary>Compiles the kernels of the reverse pass, which is else done when they are first needed.</summary>
    /// <exception cref="VsmlException">They cannot be compiled, or the model has none.</exception>
    public void PrepareGradient() => _ = _gradient.Value;

    /// <summary>Goes back through examples of episodes, all of whose sweeps are kept.</summary>
    /// <param name="memory">What it works on, without the network's own tables.</param>
    /// <param name="episodes">Number of episodes.</param>
    public void Reverse(GradientMemory memory, int episodes) => _gradient.Value.Reverse(Device.Accelerator.DefaultStream, Groups(episodes), WithTables(memory));

    /// <summary>Turns gradients of packed theta into those of flat theta.</summary>
    /// <param name="packed">[episode, part, floats of packed theta].</param>
    /// <param name="flat">Receives [episode, parameters].</param>
    /// <param name="episodes">Number of episodes.</param>
    public void Unpack(ArrayView<float> packed, ArrayView<float> flat, int episodes) => _gradient.Value.Unpack(
        Device.Accelerator.DefaultStream, checked(episodes * PackedFloats), packed, flat, _sources.View, _factors.View, Model.Model.Parameters.Count);

    /// <summary>Sums the gradients of the initial cells of each layer over its sub-RNNs.</summary>
    /// <param name="memory">What the reverse pass worked on.</param>
    /// <param name="cells">Receives [episode, layer, quad].</param>
    /// <param name="episodes">Number of episodes.</param>
    public void SumCells(GradientMemory memory, ArrayView<Quad> cells, int episodes) =>
        _gradient.Value.SumCells(Device.Accelerator.DefaultStream, Groups(episodes), WithTables(memory), cells, Shape.SubRnnQuads);

    /// <summary>Copies the states of all episodes from slot to slot.</summary>
    /// <param name="from">[episode, slot, quads].</param>
    /// <param name="to">Receives them, likewise.</param>
    /// <param name="quads">Quads of a slot.</param>
    /// <param name="slots">Slots of an episode, there and here.</param>
    /// <param name="slot">Which of them.</param>
    /// <param name="episodes">Number of episodes.</param>
    public void CopySlot(ArrayView<Quad> from, ArrayView<Quad> to, int quads, SlotPair slots, SlotPair slot, int episodes) =>
        _gradient.Value.CopySlot(Device.Accelerator.DefaultStream, checked(episodes * quads), from, to, quads, slots, slot);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in new MemoryBuffer[] { _turns, _adjointTurns, _layers, _sources, _factors, _offsets }) buffer.Dispose();
    }

    private KernelConfig Groups(int episodes) => new(episodes, Math.Min(Device.GroupSize, Shape.MostThreads));

    private EpisodeMemory WithTables(EpisodeMemory memory)
    {
        memory.Turns = _turns.View;
        memory.Layers = _layers.View;
        return memory;
    }

    private GradientMemory WithTables(GradientMemory memory)
    {
        memory.Episode = WithTables(memory.Episode);
        memory.Turns = _adjointTurns.View;
        return memory;
    }

    /// <summary>Compiles kernels.</summary>
    /// <param name="load">Compiles them.</param>
    /// <exception cref="VsmlException">They cannot be compiled for the device; the message names the network.</exception>
    public T Compile<T>(Func<T> load) =>
        Device.Compile($"of the network {string.Join(", ", Model.Architecture.Layers)} with state size {Model.Architecture.StateSize}, {Model.Precision},", load);
}
