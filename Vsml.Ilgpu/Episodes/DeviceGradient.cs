using ILGPU;
using ILGPU.Runtime;
using Vsml.Ilgpu.Kernels;

namespace Vsml.Ilgpu;

/// <summary>
/// Backpropagation through time over windows of episodes that run side by side: forwards with the state after every sweep kept, then
/// back. States are kept for a stretch of examples at a time; those of other stretches are computed again from the state before them.
/// </summary>
internal sealed class DeviceGradient : IDisposable
{
    private readonly DeviceNetwork _network;
    private readonly GradientSizes _sizes;
    private readonly EpisodeBuffers _episodes;
    private readonly MemoryBuffer1D<Quad, Stride1D.Dense> _checkpoints, _end, _states, _packed, _cells;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _flat, _weights;

    /// <summary>Allocates the memory.</summary>
    /// <param name="network">The network.</param>
    /// <param name="sizes">How many of what.</param>
    /// <exception cref="VsmlException">There is too little memory.</exception>
    public DeviceGradient(DeviceNetwork network, GradientSizes sizes)
    {
        (_network, _sizes) = (network, sizes);
        var (device, shape, episodes) = (network.Device, network.Shape, (long)sizes.Episodes);
        _episodes = new EpisodeBuffers(network, new EpisodeSizes(
            sizes.Episodes, Members: 1, Data: sizes.Episodes, sizes.Length, sizes.Batch, Slots: checked(sizes.TapeExamples * shape.Sweeps + 1), WithGradient: true));
        _checkpoints = device.Allocate<Quad>(episodes * sizes.Stretches * BatchQuads, $"the states between stretches of {episodes} episodes");
        _end = device.Allocate<Quad>(episodes * BatchQuads, $"the states at the end of {episodes} episodes");
        _states = device.Allocate<Quad>(episodes * BatchQuads, $"the gradients of the states of {episodes} episodes");
        _packed = device.Allocate<Quad>(episodes * GradientMemory.Parts * (network.PackedFloats / 4), $"the gradients of {episodes} episodes");
        _flat = device.Allocate<float>(episodes * Parameters, $"the gradients of {episodes} episodes");
        _weights = device.Allocate<float>(episodes * sizes.Length * sizes.Batch, $"the weights of the losses of {episodes} episodes");
        _cells = device.Allocate<Quad>(episodes * shape.Layers.Count * shape.SubRnnQuads, $"the gradients of the initial cells of {episodes} episodes");
    }

    private int BatchQuads => checked(_sizes.Batch * _network.Shape.StateQuads);

    private int Parameters => _network.Model.Model.Parameters.Count;

    /// <summary>Sets and packs theta.</summary>
    /// <param name="theta">Flat theta of all episodes.</param>
    public void SetTheta(ReadOnlySpan<float> theta) => _episodes.SetTheta(theta);

    /// <summary>Sets what the episodes are given.</summary>
    /// <param name="inputs">[episode, example, batch, input].</param>
    /// <param name="labels">[episode, example, batch, output].</param>
    /// <param name="weights">Weights of the losses [episode, example, batch].</param>
    public void SetData(ReadOnlySpan<float> inputs, ReadOnlySpan<float> labels, ReadOnlySpan<float> weights)
    {
        _episodes.SetData(inputs, labels);
        _weights.View.BaseView.CopyFromCPU(weights);
    }

    /// <summary>Sets the states of an episode's batch before the window.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="states">[batch, floats of a state].</param>
    public void SetStates(int episode, ReadOnlySpan<float> states) => _episodes.SetStates(episode, states);

    /// <summary>Runs all windows forward and backward.</summary>
    /// <param name="carried">Examples after which states are handed on.</param>
    public void Run(int carried)
    {
        foreach (var buffer in new[] { _states, _packed }) buffer.MemSetToZero();
        _flat.MemSetToZero();
        for (var first = 0; first < _sizes.Length; first += _sizes.TapeExamples)
        {
            var count = Count(first);
            Copy(_episodes.States, 0, _checkpoints, first / _sizes.TapeExamples);
            _episodes.Run(first, count);
            if (carried > first && carried <= first + count) Copy(_episodes.States, (carried - first) * _network.Shape.Sweeps, _end, 0);
            if (first + count < _sizes.Length) Copy(_episodes.States, count * _network.Shape.Sweeps, _episodes.States, 0);
        }
        for (var first = (_sizes.Length - 1) / _sizes.TapeExamples * _sizes.TapeExamples; first >= 0; first -= _sizes.TapeExamples)
        {
            var count = Count(first);
            // The last stretch is still there.
            if (first + count < _sizes.Length)
            {
                Copy(_checkpoints, first / _sizes.TapeExamples, _episodes.States, 0);
                _episodes.Run(first, count);
            }
            _network.Reverse(Memory(first, count), _sizes.Episodes);
        }
        _network.Unpack(_packed.View.BaseView.Cast<float>(), _flat.View, _sizes.Episodes);
        _network.SumCells(Memory(0, 0), _cells.View, _sizes.Episodes);
        _network.Device.Accelerator.Synchronize();
    }

    /// <summary>Copies out what the episodes gave.</summary>
    /// <param name="logits">Receives the bounded outputs [episode, example, batch, output].</param>
    /// <param name="losses">Receives the losses [episode, example, batch].</param>
    public void GetResults(Span<float> logits, Span<float> losses) => _episodes.GetResults(logits, losses);

    /// <summary>Copies out the gradients with respect to theta; those of a learned initial cell are of the state at the start.</summary>
    /// <param name="startsEpisode">For each episode, whether its window begins it, so that the learned initial cell is in its state.</param>
    /// <returns>[episode, parameters].</returns>
    public float[] GetGradients(ReadOnlySpan<bool> startsEpisode)
    {
        var gradients = _flat.GetAsArray1D();
        var model = _network.Model.Model;
        if (!model.Architecture.LearnedInitialCell) return gradients;
        var cells = new float[4 * _cells.Length];
        _cells.View.BaseView.Cast<float>().CopyToCPU(cells.AsSpan());
        var (layers, units, n) = (_network.Shape.Layers.Count, 4 * _network.Shape.SubRnnQuads, model.Architecture.StateSize);
        for (var episode = 0; episode < _sizes.Episodes; episode++)
            for (var l = 0; l < layers && startsEpisode[episode]; l++)
            {
                var to = episode * Parameters + model.Parameters.Find(ParameterLayout.GroupOf(model.Architecture, l, backward: false), "initial_cell").Offset;
                for (var k = 0; k < n; k++) gradients[to + k] += cells[(episode * layers + l) * units + k];
            }
        return gradients;
    }

    /// <summary>Copies out the states of an episode's batch after the examples that were carried.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="states">Receives [batch, floats of a state].</param>
    public void GetEnd(int episode, Span<float> states) => Get(_end, episode, states);

    /// <summary>Copies out the gradient with respect to the states of an episode's batch before the window.</summary>
    /// <param name="episode">The episode.</param>
    /// <param name="states">Receives [batch, floats of a state].</param>
    public void GetStateGradient(int episode, Span<float> states) => Get(_states, episode, states);

    /// <inheritdoc/>
    public void Dispose()
    {
        _episodes.Dispose();
        foreach (var buffer in new MemoryBuffer[] { _checkpoints, _end, _states, _packed, _flat, _weights, _cells }) buffer.Dispose();
    }

    private int Count(int first) => Math.Min(_sizes.TapeExamples, _sizes.Length - first);

    private GradientMemory Memory(int first, int count) => new()
    {
        Episode = _episodes.Memory(first, count),
        States = _states.View,
        Theta = _packed.View,
        Weights = _weights.View,
    };

    private void Copy(MemoryBuffer1D<Quad, Stride1D.Dense> from, int fromSlot, MemoryBuffer1D<Quad, Stride1D.Dense> to, int toSlot) => _network.CopySlot(
        from.View, to.View, BatchQuads, new SlotPair { From = Slots(from), To = Slots(to) }, new SlotPair { From = fromSlot, To = toSlot }, _sizes.Episodes);

    private int Slots(MemoryBuffer1D<Quad, Stride1D.Dense> states) => checked((int)(states.Length / BatchQuads / _sizes.Episodes));

    private void Get(MemoryBuffer1D<Quad, Stride1D.Dense> states, int episode, Span<float> floats) =>
        states.View.BaseView.SubView((long)episode * BatchQuads, BatchQuads).CopyToCPU(System.Runtime.InteropServices.MemoryMarshal.Cast<float, Quad>(floats));
}

/// <summary>How many of what a reverse pass runs.</summary>
/// <param name="Episodes">Episodes that run side by side.</param>
/// <param name="Length">Examples of their windows.</param>
/// <param name="TapeExamples">Examples whose states are kept at once.</param>
/// <param name="Batch">Examples that share a tick.</param>
internal sealed record GradientSizes(int Episodes, int Length, int TapeExamples, int Batch = 1)
{
    /// <summary>Stretches of a window.</summary>
    public int Stretches => (Length - 1) / TapeExamples + 1;
}
