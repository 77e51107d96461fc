using ILGPU;
using ILGPU.Runtime;
using Vsml.Ilgpu.Kernels;
using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Ilgpu;

/// <summary>A network of one layout for populations: its kernels, and memory for a wave, which is kept for waves of the same sizes.</summary>
internal sealed class PopulationNetwork : IDisposable
{
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<RandomKey>, float, int, ArrayView<float>> _perturb;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>, int, int> _check;
    private readonly Action<AcceleratorStream, Index2D, CellViews, ArrayView<RandomKey>, ArrayView<int>, ArrayView<float>, ArrayView<float>, CellSizes> _cells;
    private readonly Action<AcceleratorStream, Index1D, EpisodeMemory, ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<int>> _outcomes;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<int>, ArrayView<float>, int> _labels;
    private readonly DeviceNetwork _network;
    private readonly CellTable _cellTable;
    private readonly InputMaker _inputs;
    private WaveMemory? _memory;

    /// <summary>Compiles the kernels.</summary>
    /// <param name="model">The model.</param>
    /// <param name="device">The device.</param>
    /// <param name="inputs">Makes the inputs of episodes.</param>
    /// <exception cref="VsmlException">They cannot be compiled for it.</exception>
    public PopulationNetwork(IlgpuModel model, IlgpuDevice device, InputMaker inputs)
    {
        _inputs = inputs;
        _network = new DeviceNetwork(model, device);
        _cellTable = new CellTable(_network);
        var accelerator = device.Accelerator;
        (_perturb, _check, _cells, _outcomes, _labels) = _network.Compile(() => (
            accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<RandomKey>, float, int, ArrayView<float>>(MemberNoise.Perturb),
            accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, int, int>(MemberNoise.Check),
            accelerator.LoadAutoGroupedKernel<Index2D, CellViews, ArrayView<RandomKey>, ArrayView<int>, ArrayView<float>, ArrayView<float>, CellSizes>(MemberNoise.Cells),
            accelerator.LoadAutoGroupedKernel<Index1D, EpisodeMemory, ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<int>>(Outcomes.Sum),
            accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<int>, ArrayView<float>, int>(InputSteps.Label)));
    }

    /// <summary>The model.</summary>
    public VsmlModel Model => _network.Model.Model;

    /// <summary>Floats of all that a learner has learned.</summary>
    public int StateFloats => checked(4 * _network.Shape.StateQuads);

    /// <summary>Bytes that a pair takes on the device.</summary>
    /// <param name="members">Its learners.</param>
    /// <param name="count">Examples to run.</param>
    public long BytesOf(int members, int count)
    {
        var architecture = Model.Architecture;
        var member = StateFloats + 4L * _network.Shape.ScratchQuads + Model.Parameters.Count + _network.PackedFloats + (long)count * (architecture.OutputSize + 1) + 2;
        var data = (long)count * (architecture.InputSize + architecture.OutputSize + 1) + 16;
        return sizeof(float) * (members * member + data);
    }

    /// <summary>Gives the memory of the last wave back.</summary>
    public void Release()
    {
        _memory?.Dispose();
        _memory = null;
    }

    /// <summary>Starts a wave; on a GPU it goes on when this returns.</summary>
    /// <param name="request">The request.</param>
    /// <param name="wave">The wave.</param>
    /// <param name="episodes">Its episodes.</param>
    public void Start(PopulationRequest request, PopulationWave wave, IReadOnlyList<EpisodeData> episodes)
    {
        var (pairs, members, count) = (wave.Parts.Length, wave.Members, wave.Count);
        if (_memory is null || (_memory.Pairs, _memory.Members, _memory.Count) != (pairs, members, count))
        {
            Release();
            _memory = new WaveMemory(_network, pairs, members, count);
        }
        var stream = _network.Device.Accelerator.DefaultStream;
        var (memory, buffers) = (_memory, _memory.Buffers);
        SetData(wave, episodes, request.Episodes);
        SetKeys(request, wave);

        memory.Theta.CopyFromCPU(request.Theta.ToArray());
        _perturb(stream, checked(pairs * request.Theta.Length), memory.Theta.View, memory.Noise.View, request.NoiseStd, members, buffers.Theta.View);
        buffers.Pack();
        _check(stream, pairs * members, buffers.Theta.View, buffers.Packed.View, request.Theta.Length, _network.PackedFloats);
        buffers.States.MemSetToZero(stream);
        SetStates(request, wave);
        if (_cellTable.Count > 0)
            _cells(
                stream, new Index2D(_cellTable.Count, pairs), _cellTable.Views, memory.Cells.View, memory.Begins.View, buffers.Theta.View, buffers.States.View.Cast<Quad, float>(),
                new CellSizes { Members = members, Parameters = request.Theta.Length, StateFloats = StateFloats });
        buffers.Run(0, count);
        _outcomes(stream, pairs * members, buffers.Memory(0, count), memory.Classes.View, memory.FirstCounted.View, memory.Losses.View, memory.Correct.View);
    }

    /// <summary>Waits for the wave that was started, and takes what its members gave.</summary>
    /// <returns>Mean loss and right predictions of each member [pair, member].</returns>
    public (float[] Losses, int[] Correct) Finish()
    {
        _network.Device.Accelerator.Synchronize();
        return (_memory!.Losses.GetAsArray1D(), _memory.Correct.GetAsArray1D());
    }

    /// <summary>What a learner of the last wave has learned.</summary>
    /// <param name="member">Pair times members, plus the member.</param>
    /// <param name="state">Receives it.</param>
    public void Save(int member, Span<float> state) => _memory!.Buffers.GetStates(member, state);

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        _cellTable.Dispose();
        _network.Dispose();
    }

    private void SetData(PopulationWave wave, IReadOnlyList<EpisodeData> episodes, EpisodeSource source)
    {
        var (inputs, outputs, buffers) = (Model.Architecture.InputSize, Model.Architecture.OutputSize, _memory!.Buffers);
        var classes = new int[wave.Parts.Length * wave.Count];
        var firstCounted = new int[wave.Parts.Length];
        for (var i = 0; i < wave.Parts.Length; i++)
        {
            var part = wave.Parts[i];
            firstCounted[i] = Math.Max(0, (source.Loss == EpisodeLoss.Last ? source.Length - 1 : 0) - part.From);
            episodes[i].Classes.AsSpan(part.From, part.Count).CopyTo(classes.AsSpan(i * part.Count));
        }
        _memory.Classes.CopyFromCPU(classes);
        _memory.FirstCounted.CopyFromCPU(firstCounted);
        _labels(_network.Device.Accelerator.DefaultStream, checked(classes.Length * outputs), _memory.Classes.View, buffers.Labels.View, outputs);
        _inputs.Make(wave, episodes, inputs, buffers.Inputs.View);
    }

    private void SetKeys(PopulationRequest request, PopulationWave wave)
    {
        var (noise, cells) = (new RandomKey[wave.Parts.Length], new RandomKey[wave.Parts.Length]);
        var begins = new int[wave.Parts.Length];
        for (var i = 0; i < noise.Length; i++)
        {
            var (part, pair) = (wave.Parts[i], (uint)(request.FirstPair + wave.Parts[i].Index));
            noise[i] = EsNoiseRule.Present(request.Variant, request.Seed, part.Began, request.Iteration, pair);
            cells[i] = new RandomKey(request.Seed, RandomStream.Cells, part.Began, pair);
            begins[i] = part.Begins ? 1 : 0;
        }
        _memory!.Noise.CopyFromCPU(noise);
        _memory.Cells.CopyFromCPU(cells);
        _memory.Begins.CopyFromCPU(begins);
    }

    private void SetStates(PopulationRequest request, PopulationWave wave)
    {
        var shared = request.Variant == EsVariant.Truncated;
        for (var i = 0; i < wave.Parts.Length; i++)
        {
            var part = wave.Parts[i];
            if (part.Begins) continue;
            var saved = request.State.Learners[part.Index];
            var floats = StateFloats;
            if (saved.Length != (shared ? floats : 2 * floats))
                throw new VsmlException($"The unroll state has {saved.Length} floats for pair {request.FirstPair + part.Index}, but its learners have {floats} each; it belongs to other tasks or another backend.");
            for (var m = 0; m < wave.Members; m++) _memory!.Buffers.SetStates(i * wave.Members + m, saved.AsSpan(shared ? 0 : m * floats, floats));
        }
    }

    /// <summary>Memory on the device for the pairs of a wave.</summary>
    private sealed class WaveMemory(DeviceNetwork network, int pairs, int members, int count) : IDisposable
    {
        public int Pairs => pairs;

        public int Members => members;

        public int Count => count;

        public EpisodeBuffers Buffers { get; } = new(network, new EpisodeSizes(pairs * members, pairs * members, pairs, count));

        public MemoryBuffer1D<float, Stride1D.Dense> Theta { get; } = network.Device.Allocate<float>(network.Model.Model.Parameters.Count, "theta");

        public MemoryBuffer1D<RandomKey, Stride1D.Dense> Noise { get; } = network.Device.Allocate<RandomKey>(pairs, "the keys of pairs");

        public MemoryBuffer1D<RandomKey, Stride1D.Dense> Cells { get; } = network.Device.Allocate<RandomKey>(pairs, "the keys of pairs");

        public MemoryBuffer1D<int, Stride1D.Dense> Begins { get; } = network.Device.Allocate<int>(pairs, "the places of episodes");

        public MemoryBuffer1D<int, Stride1D.Dense> FirstCounted { get; } = network.Device.Allocate<int>(pairs, "the places of episodes");

        public MemoryBuffer1D<int, Stride1D.Dense> Classes { get; } = network.Device.Allocate<int>((long)pairs * count, "the classes of episodes");

        public MemoryBuffer1D<float, Stride1D.Dense> Losses { get; } = network.Device.Allocate<float>(pairs * members, "the losses of members");

        public MemoryBuffer1D<int, Stride1D.Dense> Correct { get; } = network.Device.Allocate<int>(pairs * members, "the right predictions of members");

        public void Dispose()
        {
            Buffers.Dispose();
            foreach (var buffer in new MemoryBuffer[] { Theta, Noise, Cells, Begins, FirstCounted, Classes, Losses, Correct }) buffer.Dispose();
        }
    }
}
