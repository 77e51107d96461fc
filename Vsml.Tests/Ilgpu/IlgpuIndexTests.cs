using System.Collections.Concurrent;
using System.Diagnostics;
using ILGPU;
using ILGPU.Runtime;
using Vsml.Contracts;
using Vsml.Ilgpu;
using Vsml.Ilgpu.Kernels;
using Vsml.MetaTraining;
using Vsml.Reference;
using Vsml.Tests.Fixtures;
using DeviceShape = Vsml.Ilgpu.Kernels.DeviceShape;

namespace Vsml.Tests.Ilgpu;

/// <summary>
/// Every address of the kernels, for sizes that fill nothing. ILGPU's CPU accelerator asserts that each lies within its view, which ends a
/// process; here assertions are collected, and all memory lies between guards. What is written outside changes them too, and what
/// is read outside, or before anybody wrote it, changes the results when guards and scratch space hold something else.
/// </summary>
[Collection(Alone)]
public sealed class IlgpuIndexTests(IlgpuEpisodeTests.Devices devices) : IClassFixture<IlgpuEpisodeTests.Devices>
{
    /// <summary>Assertions belong to the process, so no other test runs beside these.</summary>
    private const string Alone = "Assertions of the process";

    private const int Guard = 4096, Length = 2, Episodes = 2;

    public static TheoryData<int, int, int, int> Sizes => new()
    {
        { 1, 1, 1, 2 }, { 1, 1, 16, 16 }, { 33, 7, 1, 3 }, { 33, 7, 7, 2 }, { 33, 7, 12, 5 }, { 33, 7, 16, 16 }, { 7, 33, 12, 9 }, { 1, 33, 7, 4 }, { 65, 3, 20, 8 }, { 5, 5, 66, 6 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Dense_kernels_stay_within_their_memory(int inputs, int outputs, int stateSize, int messageSize)
    {
        foreach (var hidden in new[] { false, true }) ShouldStayWithin(Network(inputs, outputs, stateSize, messageSize, hidden));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(7, 5)]
    [InlineData(66, 3)]
    public void Convolutions_stay_within_their_memory(int stateSize, int messageSize) => ShouldStayWithin(new Architecture
    {
        StateSize = stateSize,
        MessageSize = messageSize,
        MessageLayerNorm = true,
        Schedule = new() { BackwardSweep = BackwardSweep.Separate },
        Layers = new([new ConvLayerSpec(5, 3, 1, 2, 3, 2), new DenseLayerSpec(12, 3)]),
    });

    // Threads that wait for each other take long.
    [Fact]
    public void Several_warps_stay_within_their_memory() =>
        ShouldStayWithin(DeviceModels.Of(Network(7, 33, 12, 5, hidden: false)), device: devices.Wide);

    [Theory]
    [InlineData(1, 1, 1, 2, Arithmetic.Tf32, StateStorage.Float32)]
    [InlineData(33, 7, 7, 2, Arithmetic.Tf32, StateStorage.Float16)]
    [InlineData(7, 33, 16, 16, Arithmetic.Bf16, StateStorage.Float32)]
    [InlineData(33, 7, 12, 5, Arithmetic.Float32, StateStorage.Float16)]
    public void Kernels_that_round_stay_within_their_memory(int inputs, int outputs, int stateSize, int messageSize, Arithmetic arithmetic, StateStorage storage) =>
        ShouldStayWithin(DeviceModels.Of(Network(inputs, outputs, stateSize, messageSize, hidden: true), new(arithmetic, storage)), backward: false);

    [Theory]
    [InlineData(17, 3, 7, Arithmetic.Tf32, StateStorage.Float16)]
    [InlineData(3, 5, 4, Arithmetic.Bf16, StateStorage.Float32)]
    public void Kernels_for_tensor_cores_stay_within_their_memory(int inputs, int outputs, int stateSize, Arithmetic arithmetic, StateStorage storage) =>
        ShouldStayWithin(DeviceModels.Of(Network(inputs, outputs, stateSize, messageSize: 5, hidden: false), new(arithmetic, storage)), backward: false, devices.Warp);

    [Fact]
    public void Stretches_stay_within_their_memory()
    {
        var model = DeviceModels.Of(Network(33, 7, 7, 2, hidden: true) with { LearnedInitialCell = true });
        var episode = SmallNetworks.RandomEpisode(model.Architecture, seed: 5, length: 3);
        using var assertions = new Assertions();
        IlgpuTrace.Differentiate(model, devices.Fast, batch: 1, Singles(episode.Theta), [.. episode.Cells.Select(Singles)], Singles(episode.Inputs), Singles(episode.Labels), tapeExamples: 2);
        assertions.Messages.Distinct().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1, 2, 1, 2, EsVariant.Full)]
    [InlineData(33, 7, 7, 3, EsVariant.Truncated)]
    [InlineData(7, 33, 12, 5, EsVariant.Persistent)]
    [InlineData(5, 5, 16, 16, EsVariant.NoiseReuse)]
    public void Kernels_of_populations_stay_within_their_memory(int inputs, int outputs, int stateSize, int messageSize, EsVariant variant)
    {
        var architecture = Network(inputs, outputs, stateSize, messageSize, hidden: false) with { LearnedInitialCell = variant == EsVariant.Truncated };
        // Rows shown, picked, scaled and projected, and zeros that pad.
        var task = new TransformedTask(
            new RandomTask { Inputs = 9, Classes = outputs, Vectors = 3 }, new RandomPixels(7), new InputScaleJitter(), new RandomProjection(inputs), new FixedPermutation(2), new Padding(inputs, outputs));
        using var runner = new IlgpuPopulationRunner(devices.Fast, _ => DeviceModels.Of(architecture), threads: 1);
        var request = new PopulationRequest
        {
            Seed = 1, Iteration = 0, Theta = MetaParameters.Initial(architecture, seed: 2).Values.ToArray(), NoiseStd = 0.1f, PairCount = 3,
            Variant = variant, Episodes = new EpisodeSource(task, 5), Length = variant == EsVariant.Full ? 5 : 3,
        };
        using var assertions = new Assertions();
        for (uint iteration = 0; iteration < 2; iteration++) request = request with { Iteration = iteration, State = runner.Run(request with { Iteration = iteration }).State };
        assertions.Messages.Distinct().ShouldBeEmpty();
    }

    [Fact]
    public void A_row_out_of_range_is_found()
    {
        var accelerator = devices.Fast.Accelerator;
        var show = accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<int>, int, ArrayView<float>>(InputSteps.Show);
        using var table = new Guarded(devices.Fast, 1f, new float[6]);
        using var rows = devices.Fast.Allocate<int>(2, "a test");
        using var result = new Guarded(devices.Fast, 1f, new float[6]);
        rows.CopyFromCPU([1, 2]);
        using var assertions = new Assertions();
        show(accelerator.DefaultStream, 6, table.View, rows.View, 3, result.View);
        accelerator.Synchronize();
        assertions.Messages.ShouldContain(message => message.Contains("out of range"));
    }

    [Fact]
    public void A_write_out_of_range_is_found() => ShouldBeFound(
        (kernels, turn) => turn with { SentToLanes = kernels.Shape.GradientScratchQuads + 1 - turn.Loops * turn.PaddedLanes }, "out of range", "A guard was written");

    [Fact]
    public void A_read_out_of_range_is_found() => ShouldBeFound(
        // Just behind theta: far away there may be no memory at all, and reading it would end the process.
        (kernels, turn) => turn with { LaneInput = Turn.NoMessage, Position = turn.Position with { Rows = kernels.Packing.PackedLength / 4 } }, "out of range");

    private void ShouldBeFound(Func<DeviceKernels, Turn, Turn> fault, params string[] mentions)
    {
        var model = DeviceModels.Of(Network(33, 7, 12, 5, hidden: true));
        var faulty = new IlgpuModel(model.Model, new FaultyKernels(model.Kernels, turn => fault(model.Kernels, turn)));
        var message = Should.Throw<ShouldAssertException>(() => ShouldStayWithin(faulty, backward: false)).Message;
        foreach (var mention in mentions) message.ShouldContain(mention);
    }

    private void ShouldStayWithin(Architecture architecture) => ShouldStayWithin(DeviceModels.Of(architecture));

    private void ShouldStayWithin(IlgpuModel model, bool backward = true, IlgpuDevice? device = null)
    {
        using var network = new DeviceNetwork(model, device ?? devices.Fast);
        var episode = SmallNetworks.RandomEpisode(model.Architecture, seed: 5, Length);
        var (first, second) = (Run(network, episode, 1e30f, backward), Run(network, episode, float.NaN, backward));
        second.ShouldBe(first, "outputs or gradients depend on what lies outside");
        first.ShouldAllBe(value => float.IsFinite(value));
    }

    private static float[] Run(DeviceNetwork network, ReferenceEpisode episode, float guard, bool backward)
    {
        var (shape, architecture, device) = (network.Shape, network.Model.Architecture, network.Device);
        var image = new StateImage(shape, architecture, batch: 1);
        for (var l = 0; l < episode.Cells.Length; l++) image.Import(l, isCell: true, Singles(episode.Cells[l]));
        using var theta = device.Allocate<float>(episode.Theta.Length, "theta");
        theta.CopyFromCPU(Singles(episode.Theta));
        using var packed = new Guarded(device, guard, new float[network.PackedFloats]);
        network.Pack(theta.View, packed.View, 1);
        // All slots but the first hold what nobody may read before it is written.
        var slots = 1 + Length * shape.Sweeps;
        using var states = new Guarded(device, guard, [.. Enumerable.Repeat(image.Floats.Concat(Enumerable.Repeat(guard, image.Floats.Length * (slots - 1))), Episodes).SelectMany(floats => floats)]);
        using var scratch = new Guarded(device, guard, [.. Enumerable.Repeat(guard, 4 * Episodes * shape.GradientScratchQuads)]);
        using var gradients = new Guarded(device, guard, new float[Episodes * image.Floats.Length]);
        using var packedGradient = new Guarded(device, guard, new float[Episodes * GradientMemory.Parts * network.PackedFloats]);
        using var gradient = new Guarded(device, guard, new float[Episodes * episode.Theta.Length]);
        using var weights = new Guarded(device, guard, [.. Enumerable.Repeat(1f, Episodes * Length)]);
        using var inputs = new Guarded(device, guard, Singles(episode.Inputs));
        using var labels = new Guarded(device, guard, Singles(episode.Labels));
        using var logits = new Guarded(device, guard, new float[Episodes * Length * architecture.OutputSize]);
        using var losses = new Guarded(device, guard, new float[Episodes * Length]);
        using var assertions = new Assertions();
        var memory = new EpisodeMemory
        {
            Theta = packed.View.Cast<float, Quad>(), States = states.View.Cast<float, Quad>(), Scratch = scratch.View.Cast<float, Quad>(),
            Inputs = inputs.View, Labels = labels.View, Logits = logits.View, Losses = losses.View,
            EpisodesOfMember = Episodes, EpisodesOfData = Episodes, ThetaQuads = network.PackedFloats / 4, StateQuads = shape.StateQuads, Slots = slots, SlotStep = 1,
            ScratchQuads = shape.GradientScratchQuads, Batch = 1, Length = Length, Count = Length, InputSize = architecture.InputSize, OutputSize = architecture.OutputSize,
        };
        network.Run(memory, Episodes);
        if (backward)
        {
            network.Reverse(
                new GradientMemory { Episode = memory, States = gradients.View.Cast<float, Quad>(), Theta = packedGradient.View.Cast<float, Quad>(), Weights = weights.View }, Episodes);
            network.Unpack(packedGradient.View, gradient.View, Episodes);
        }
        device.Accelerator.Synchronize();
        string[] faults = [.. assertions.Messages, .. new[] { packed, states, scratch, inputs, labels, logits, losses, gradients, packedGradient, gradient, weights }.Select(memory => memory.Fault()).OfType<string>()];
        if (faults.Length > 0) throw new ShouldAssertException(string.Join("\n", faults.Distinct()));
        return [.. logits.Values(), .. losses.Values(), .. gradient.Values()];
    }

    private static Architecture Network(int inputs, int outputs, int stateSize, int messageSize, bool hidden) => new()
    {
        StateSize = stateSize,
        MessageSize = messageSize,
        LabelFeedback = true,
        PositionFeatures = hidden,
        Schedule = new() { BackwardSweep = hidden ? BackwardSweep.Separate : BackwardSweep.None },
        Layers = new(hidden ? [new DenseLayerSpec(inputs, 3), new DenseLayerSpec(3, outputs)] : [new DenseLayerSpec(inputs, outputs)]),
    };

    private static float[] Singles(double[] values) => Array.ConvertAll(values, value => (float)value);

    /// <summary>Kernels that find a turn elsewhere than it is.</summary>
    private sealed class FaultyKernels(DeviceKernels kernels, Func<Turn, Turn> fault) : DeviceKernels
    {
        public override DeviceShape Shape { get; } = kernels.Shape with { Turns = [.. kernels.Shape.Turns.Select(fault)] };

        public override ThetaPacking Packing => kernels.Packing;

        public override Action<EpisodeMemory> Episode => kernels.Episode;

        public override Action<GradientMemory>? Gradient => kernels.Gradient;
    }

    /// <summary>Memory between two guards.</summary>
    private sealed class Guarded : IDisposable
    {
        private readonly MemoryBuffer1D<float, Stride1D.Dense> _buffer;
        private readonly float _guard;
        private readonly int _length;

        public Guarded(IlgpuDevice device, float guard, float[] values)
        {
            (_guard, _length) = (guard, values.Length);
            _buffer = device.Allocate<float>(values.Length + 2 * Guard, "a test");
            _buffer.CopyFromCPU([.. Enumerable.Repeat(guard, Guard), .. values, .. Enumerable.Repeat(guard, Guard)]);
        }

        public ArrayView1D<float, Stride1D.Dense> View => _buffer.View.SubView(Guard, _length);

        public float[] Values() => _buffer.GetAsArray1D()[Guard..^Guard];

        /// <summary>Says where a guard was written, or null.</summary>
        public string? Fault()
        {
            var all = _buffer.GetAsArray1D();
            for (var i = 0; i < all.Length; i++)
                if ((i < Guard || i >= all.Length - Guard) && !all[i].Equals(_guard))
                    return $"A guard was written {(i < Guard ? Guard - i : i - all.Length + Guard + 1)} floats {(i < Guard ? "before" : "behind")} {_length} floats.";
            return null;
        }

        public void Dispose() => _buffer.Dispose();
    }

    /// <summary>Collects what the process asserts, instead of ending it.</summary>
    private sealed class Assertions : TraceListener
    {
        private readonly TraceListener[] _others = [.. Trace.Listeners.Cast<TraceListener>()];
        private readonly ConcurrentQueue<string> _messages = new();

        public Assertions()
        {
            Trace.Listeners.Clear();
            Trace.Listeners.Add(this);
        }

        public IEnumerable<string> Messages => _messages;

        public override void Fail(string? message, string? detailMessage) => _messages.Enqueue($"{message} {detailMessage}");

        public override void Write(string? message)
        {
        }

        public override void WriteLine(string? message)
        {
        }

        protected override void Dispose(bool disposing)
        {
            Trace.Listeners.Clear();
            Trace.Listeners.AddRange(_others);
            base.Dispose(disposing);
        }
    }

    [CollectionDefinition(Alone, DisableParallelization = true)]
    public sealed class AloneCollection;
}
