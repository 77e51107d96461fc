using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using Vsml.Ilgpu.Kernels;

namespace Vsml.Ilgpu;

/// <summary>Memory on a device for episodes that run side by side.</summary>
internal sealed class EpisodeBuffers : IDisposable
{
    private readonly DeviceNetwork _network;
    private readonly EpisodeSizes _sizes;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _theta, _packed, _inputs, _labels, _logits, _losses;
    private readonly MemoryBuffer1D<Quad, Stride1D.Dense> _states, _scratch;

    /// <summary>Allocates the memory.</summary>
    /// <param name="network">The network.</param>
    /// <param name="sizes">How many of what.</param>
    /// <exception cref="VsmlException">There is too little memory.</exception>
    public EpisodeBuffers(DeviceNetwork network, EpisodeSizes sizes)
    {
        (_network, _sizes) = (network, sizes);
        var (device, architecture) = (network.Device, network.Model.Architecture);
        var examples = (long)sizes.Length * sizes.Batch;
        _theta = device.Allocate<float>((long)sizes.Members * network.Model.Model.Parameters.Count, "the meta-parameters of all members");
        _packed = device.Allocate<float>((long)sizes.Members * network.PackedFloats, "the meta-parameters of all members");
        _states = device.Allocate<Quad>((long)sizes.Episodes * sizes.Slots * sizes.Batch * network.Shape.StateQuads, $"the states of {sizes.Episodes} episodes");
        _scratch = device.Allocate<Quad>((long)sizes.Episodes * ScratchQuads, $"the scratch space of {sizes.Episodes} episodes");
        _inputs = device.Allocate<float>(sizes.Data * examples * architecture.InputSize, $"the inputs of {sizes.Data} episodes");
        _labels = device.Allocate<float>(sizes.Data * examples * architecture.OutputSize, $"the labels of {sizes.Data} episodes");
        _logits = device.Allocate<float>(sizes.Episodes * examples * architecture.OutputSize, $"the outputs of {sizes.Episodes} episodes");
        _losses = device.Allocate<float>(sizes.Episodes * examples, $"the losses of {sizes.Episodes} episodes");
    }

    /// <summary>Flat theta: [members, parameters].</summary>
    public MemoryBuffer1D<float, Stride1D.Dense> Theta => _theta;

    /// <summary>Packed theta: [members, floats of packed theta].</summary>
    public MemoryBuffer1D<float, Stride1D.Dense> Packed => _packed;

    /// <summary>Inputs: [data, example, batch, input].</summary>
    public MemoryBuffer1D<float, Stride1D.Dense> Inputs => _inputs;

    /// <summary>Labels: [data, example, batch, output].</summary>
    public MemoryBuffer1D<float, Stride1D.Dense> Labels => _labels;

    /// <summary>States: [episode, slot, batch].</summary>
    public MemoryBuffer1D<Quad, Stride1D.Dense> States => _states;

    /// <summary>Sets and packs theta of all members.</summary>
    /// <param name="theta">[members, parameters].</param>
    public void SetTheta(ReadOnlySpan<float> theta)
    {
        _theta.View.BaseView.CopyFromCPU(theta);
        Pack();
    }

    /// <summary>Packs flat theta of all members.</summary>
    public void Pack() => _network.Pack(_theta.View, _packed.View, _sizes.Members);

    /// <summary>Sets what one of the episodes is given.</summary>
    /// <param name="data">Which.</param>
    /// <param name="inputs">[example, batch, input].</param>
    /// <param name="labels">[example, batch, output].</param>
    public void SetData(int data, ReadOnlySpan<float> inputs, ReadOnlySpan<float> labels)
    {
        _inputs.View.SubView((long)data * inputs.Length, inputs.Length).BaseView.CopyFromCPU(inputs);
        _labels.View.SubView((long)data * labels.Length, labels.Length).BaseView.CopyFromCPU(labels);
    }

    /// <summary>Sets what the episodes are given.</summary>
    /// <param name="inputs">[data, example, batch, input].</param>
    /// <param name="labels">[data, example, batch, output].</param>
    public void SetData(ReadOnlySpan<float> inputs, ReadOnlySpan<float> labels)
    {
        _inputs.View.BaseView.CopyFromCPU(inputs);
        _labels.View.BaseView.CopyFromCPU(labels);
    }

    /// <summary>Sets the states of an episode's batch; all of the first slot.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="states">[batch, floats of a state].</param>
    public void SetStates(int episode, ReadOnlySpan<float> states) => Slot(episode, 0).CopyFromCPU(MemoryMarshal.Cast<float, Quad>(states));

    /// <summary>Copies out the states of an episode's batch.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="states">Receives [batch, floats of a state].</param>
    public void GetStates(int episode, Span<float> states)
    {
        _network.Device.Accelerator.Synchronize();
        Slot(episode, 0).CopyToCPU(MemoryMarshal.Cast<float, Quad>(states));
    }

    /// <summary>Runs examples of all episodes, in the first slot.</summary>
    /// <param name="first">The first example.</param>
    /// <param name="count">Number of examples.</param>
    public void Run(int first, int count) => _network.Run(Memory(first, count), _sizes.Episodes);

    /// <summary>What a launch works on.</summary>
    /// <param name="first">The first example.</param>
    /// <param name="count">Number of examples.</param>
    public EpisodeMemory Memory(int first, int count) => new()
    {
        Theta = _packed.View.Cast<float, Quad>(),
        States = _states.View,
        Scratch = _scratch.View,
        Inputs = _inputs.View,
        Labels = _labels.View,
        Logits = _logits.View,
        Losses = _losses.View,
        EpisodesOfMember = _sizes.Episodes / _sizes.Members,
        EpisodesOfData = _sizes.Episodes / _sizes.Data,
        ThetaQuads = _network.PackedFloats / 4,
        StateQuads = _network.Shape.StateQuads,
        Slots = _sizes.Slots,
        SlotStep = _sizes.Slots > 1 ? 1 : 0,
        ScratchQuads = ScratchQuads,
        Batch = _sizes.Batch,
        Length = _sizes.Length,
        First = first,
        Count = count,
        InputSize = _network.Model.Architecture.InputSize,
        OutputSize = _network.Model.Architecture.OutputSize,
    };

    /// <summary>Copies out what the episodes gave.</summary>
    /// <param name="logits">Receives the bounded outputs [episode, example, batch, output].</param>
    /// <param name="losses">Receives the losses [episode, example, batch].</param>
    public void GetResults(Span<float> logits, Span<float> losses)
    {
        _network.Device.Accelerator.Synchronize();
        _logits.View.BaseView.CopyToCPU(logits);
        _losses.View.BaseView.CopyToCPU(losses);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in new MemoryBuffer[] { _theta, _packed, _states, _scratch, _inputs, _labels, _logits, _losses }) buffer.Dispose();
    }

    private int ScratchQuads => _sizes.WithGradient ? _network.Shape.GradientScratchQuads : _network.Shape.ScratchQuads;

    private ArrayView<Quad> Slot(int episode, int slot)
    {
        var quads = (long)_sizes.Batch * _network.Shape.StateQuads;
        return _states.View.SubView(((long)episode * _sizes.Slots + slot) * quads, quads);
    }
}

/// <summary>How many of what a launch runs.</summary>
/// <param name="Episodes">Episodes that run side by side.</param>
/// <param name="Members">Different theta; successive episodes share one.</param>
/// <param name="Data">Different data; successive episodes share them.</param>
/// <param name="Length">T, examples of an episode.</param>
/// <param name="Batch">Examples that share a tick.</param>
/// <param name="Slots">States of an episode that are kept.</param>
/// <param name="WithGradient">Whether the reverse pass runs as well.</param>
internal sealed record EpisodeSizes(int Episodes, int Members, int Data, int Length, int Batch = 1, int Slots = 1, bool WithGradient = false);
