using System.Globalization;
using ILGPU.Runtime.Cuda;
using Vsml.Ilgpu;
using Vsml.Ilgpu.Kernels;
using Vsml.Data;
using Vsml.MetaTraining;
using Vsml.Numerics;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;
using Vsml.Tool.Ilgpu;
using Xunit.Abstractions;

namespace Vsml.Tests.Ilgpu;

/// <summary>Kernels that round: on the CPU accelerator in groups of one thread, and as for tensor cores in a warp of 32.</summary>
public sealed class IlgpuPrecisionTests(IlgpuEpisodeTests.Devices devices, ITestOutputHelper output) : IClassFixture<IlgpuEpisodeTests.Devices>, IDisposable
{
    private const int Digits = 200;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, Arithmetic, StateStorage> Networks
    {
        get
        {
            var data = new TheoryData<string, Arithmetic, StateStorage>();
            foreach (var name in new[] { "one of everything", "lanes are outputs", "odd", "lanes fill blocks", "one sub-RNN a thread" })
                foreach (var arithmetic in new[] { Arithmetic.Tf32, Arithmetic.Bf16 })
                    if (arithmetic != Arithmetic.Tf32 || Named(name).Architecture.StateSize <= 16) data.Add(name, arithmetic, name == "odd" ? StateStorage.Float16 : StateStorage.Float32);
            foreach (var name in new[] { "convolutions of several channels", "lanes are outputs at the end", "normalised" }) data.Add(name, name == "normalised" ? Arithmetic.Bf16 : Arithmetic.Tf32, StateStorage.Float16);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Tensor_cores_give_what_products_of_rounded_factors_give(string name, Arithmetic arithmetic, StateStorage storage)
    {
        var (architecture, batch) = Named(name);
        var episode = SmallNetworks.RandomEpisode(architecture, seed: name.Length, length: 2, batch);
        var model = DeviceModels.Of(architecture, new(arithmetic, storage));
        var (threads, cores) = (IlgpuEpisodeTests.Run(model, devices.Fast, episode), IlgpuEpisodeTests.Run(model, devices.Warp, episode));
        // Sums of another order may fall to the other side of a rounding.
        var step = arithmetic == Arithmetic.Tf32 && storage == StateStorage.Float32 ? 2e-5 : 3e-4;
        ShouldBeClose("logits", cores.Logits, threads.Logits, step);
        ShouldBeClose("loss", cores.Losses, threads.Losses, step);
        for (var l = 0; l < threads.Cells.Length; l++)
        {
            ShouldBeClose($"cell/{l}", cores.Cells[l], threads.Cells[l], step);
            ShouldBeClose($"hidden/{l}", cores.Hidden[l], threads.Hidden[l], step);
        }
    }

    [Theory]
    [InlineData("batch", Arithmetic.Tf32, StateStorage.Float32, 2e-3)]
    [InlineData("odd", Arithmetic.Tf32, StateStorage.Float32, 2e-3)]
    [InlineData("odd", Arithmetic.Bf16, StateStorage.Float32, 2e-2)]
    [InlineData("batch", Arithmetic.Float32, StateStorage.Float16, 2e-3)]
    [InlineData("convolutions of several channels", Arithmetic.Float32, StateStorage.Float16, 2e-3)]
    public void What_is_rounded_differs_a_little(string name, Arithmetic arithmetic, StateStorage storage, double tolerance)
    {
        var (architecture, batch) = Named(name);
        var episode = SmallNetworks.RandomEpisode(architecture, seed: 3, length: 3, batch);
        var (exact, rounded) = (IlgpuEpisodeTests.Run(DeviceModels.Of(architecture), devices.Fast, episode), IlgpuEpisodeTests.Run(DeviceModels.Of(architecture, new(arithmetic, storage)), devices.Fast, episode));
        rounded.Logits.ShouldNotBe(exact.Logits);
        ShouldBeClose("logits", rounded.Logits, exact.Logits, tolerance);
        ShouldBeClose("loss", rounded.Losses, exact.Losses, tolerance);
        for (var l = 0; l < exact.Cells.Length; l++) ShouldBeClose($"cell/{l}", rounded.Cells[l], exact.Cells[l], tolerance);
    }

    /// <summary>The table of docs/ilgpu.md, "Precision".</summary>
    [Theory]
    [InlineData(Arithmetic.Float32, StateStorage.Float32)]
    [InlineData(Arithmetic.Tf32, StateStorage.Float32)]
    [InlineData(Arithmetic.Bf16, StateStorage.Float32)]
    [InlineData(Arithmetic.Float32, StateStorage.Float16)]
    [InlineData(Arithmetic.Bf16, StateStorage.Float16)]
    public void Errors_are_as_documented(Arithmetic arithmetic, StateStorage storage)
    {
        var precision = new DevicePrecision(arithmetic, storage);
        var (logits, loss) = GoldenErrors(precision);
        var (mean, correct) = LearnDigits(precision);
        var measured = FormattableString.Invariant($"| {arithmetic.ToString().ToLowerInvariant()} | {storage.ToString().ToLowerInvariant()} | {logits:0.0e-0} | {loss:0.0e-0} | {mean:0.0000} | {correct} |");
        output.WriteLine(measured);
        var table = File.ReadLines(RepositoryPaths.InRepository("docs", "ilgpu.md")).Select(line => line.Split('|', StringSplitOptions.TrimEntries));
        var documented = table.Single(cells => cells.Length == 8 && cells[1] == arithmetic.ToString().ToLowerInvariant() && cells[2] == storage.ToString().ToLowerInvariant());
        // Another machine's exponentials may end in other digits, which rounding to few bits amplifies.
        logits.ShouldBeInRange(0.5 * Number(3), 2 * Number(3), measured);
        loss.ShouldBeInRange(0.5 * Number(4), 2 * Number(4), measured);
        mean.ShouldBe(Number(5), 5e-4, measured);
        ((double)correct).ShouldBe(Number(6), 1, measured);

        double Number(int cell) => double.Parse(documented[cell], CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData(1f, 1f)]
    [InlineData(1.00048828125f, 1.0009765625f)]
    [InlineData(-1.00048828125f, -1.0009765625f)]
    [InlineData(1.0004f, 1f)]
    [InlineData(0f, 0f)]
    public void Tf32_rounds_ties_away_from_zero(float x, float rounded) =>
        BitConverter.Int32BitsToSingle(TensorCores.ToTf32(x)).ShouldBe(rounded);

    [Theory]
    [InlineData(1.00390625f, 1f)]
    [InlineData(1.01171875f, 1.015625f)]
    [InlineData(-3.3e38f, -3.2964854e38f)]
    [InlineData(0.1f, 0.10009765625f)]
    public void Bf16_rounds_ties_to_even(float x, float rounded)
    {
        var both = Bf16Operand.Round(new Quad(x, 7f, x, x));
        new[] { both.X, both.Y, both.Z, both.W }.ShouldBe([rounded, 7f, rounded, rounded]);
        Bf16Operand.Round(new Quad(7f, x, 7f, 7f)).Y.ShouldBe(rounded);
    }

    [Fact]
    public void Halves_keep_their_places()
    {
        var quad = HalfQuad.Of(new Quad(1f, -2.5f, 0.0999756f, 3e-8f)).ToQuad();
        new[] { quad.X, quad.Y, quad.Z, quad.W }.ShouldBe([1f, -2.5f, (float)(Half)0.0999756f, (float)(Half)3e-8f]);
    }

    [Fact]
    public void A_population_computes_with_a_precision()
    {
        var architecture = new Architecture { StateSize = 5, MessageSize = 3, Layers = new([new DenseLayerSpec(5, 3)]) };
        var episodes = new EpisodeSource(new EquatableArray<TaskShare>([new TaskShare(1, new RandomTask { Inputs = 5, Classes = 3, Vectors = 6 })]), 6);
        var theta = MetaParameters.Initial(architecture, 3, inputGateBias: 3).Values.ToArray();
        var (exact, rounded) = (Losses(default), Losses(new(Arithmetic.Bf16, StateStorage.Float16)));
        rounded.ShouldNotBe(exact);
        ShouldBeClose("losses", rounded, exact, 2e-2);

        float[] Losses(DevicePrecision precision)
        {
            using var runner = new IlgpuPopulationRunner(devices.Fast, _ => DeviceModels.Of(architecture, precision), threads: 1);
            return [.. runner.Run(new PopulationRequest { Seed = 1, Iteration = 0, Theta = theta, NoiseStd = 0.1f, PairCount = 3, Episodes = episodes, Length = 6 }).Losses];
        }
    }

    [Fact]
    public void A_device_without_tensor_cores_says_so()
    {
        var (cuda, cpu) = (new DeviceDescription(0, DeviceKind.Cuda, "Old GPU"), new DeviceDescription(1, DeviceKind.Cpu, "CPU"));
        var precision = new DevicePrecision(Arithmetic.Tf32);
        IlgpuDevice.Obstacle(precision, cuda, CudaArchitecture.SM_75).ShouldBe("Device 0 'Old GPU' (cuda), of architecture SM_75, cannot compute with arithmetic tf32 and state storage float32: they take an NVIDIA GPU of compute capability 8.0 or more. Leave them at float32.");
        IlgpuDevice.Obstacle(precision, cuda, CudaArchitecture.SM_80).ShouldBeNull();
        IlgpuDevice.Obstacle(precision, cpu, null).ShouldBeNull();
        IlgpuDevice.Obstacle(default(DevicePrecision), cuda, CudaArchitecture.SM_75).ShouldBeNull();
        IlgpuDevice.Obstacle(new DevicePrecision(StateStorage: StateStorage.Float16), new DeviceDescription(0, DeviceKind.OpenCl, "Other"), null)!.ShouldContain("float16");
    }

    [Fact]
    public void A_state_too_large_for_registers_is_refused() =>
        Should.Throw<VsmlException>(() => IlgpuCompiler.Compile(new Architecture { StateSize = 33, Layers = new([new DenseLayerSpec(5, 3)]) }, new(Arithmetic.Bf16)))
            .Message.ShouldContain("at most 32 entries, but the state size is 33");

    [Fact]
    public void Gradients_are_float32_alone()
    {
        var (architecture, batch) = Named("odd");
        var episode = SmallNetworks.RandomEpisode(architecture, seed: 3, length: 1, batch);
        Should.Throw<VsmlException>(() => IlgpuTrace.Differentiate(
            DeviceModels.Of(architecture, new(Arithmetic.Tf32)), devices.Fast, batch, Singles(episode.Theta), [.. episode.Cells.Select(Singles)], Singles(episode.Inputs), Singles(episode.Labels)))
            .Message.ShouldContain("Gradients are computed in float32 alone");
    }

    [Theory]
    [InlineData("--arithmetic: there is no 'fp8'", "--backend", "ilgpu", "--device", "cpu", "--arithmetic", "fp8")]
    [InlineData("--state-storage: there is no 'bf16'", "--backend", "ilgpu", "--device", "cpu", "--state-storage", "bf16")]
    [InlineData("--arithmetic: only kernels for ILGPU", "--arithmetic", "tf32")]
    [InlineData("--gradient: gradients are computed in float32 alone", "--backend", "ilgpu", "--device", "cpu", "--arithmetic", "tf32", "--gradient")]
    public void Commands_refuse_what_there_is_not(string message, params string[] options) =>
        ToolRun.InProcess(TraceFiles.Arguments("dense-tiny", _folder["out"], options)).ShouldBeRefused(message);

    [Fact]
    public void A_trace_is_computed_with_a_precision()
    {
        ToolRun.InProcess(TraceFiles.Arguments("dense-tiny", _folder["exact"], "--backend", "ilgpu", "--device", "cpu")).ShouldSucceed();
        ToolRun.InProcess(TraceFiles.Arguments("dense-tiny", _folder["rounded"], "--backend", "ilgpu", "--device", "cpu", "--arithmetic", "bf16", "--state-storage", "float16")).ShouldSucceed();
        File.ReadAllBytes(_folder["rounded"]).ShouldNotBe(File.ReadAllBytes(_folder["exact"]));
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private (double Logits, double Loss) GoldenErrors(DevicePrecision precision)
    {
        var (logits, loss) = (0.0, 0.0);
        foreach (var golden in GoldenFiles.Names.Select(GoldenFiles.Load).Where(golden => golden.Architecture.StateSize <= 16 && golden.Architecture.Layers.Sum(layer => layer.SubRnnCount) < 200))
        {
            var trace = IlgpuTrace.Run(
                DeviceModels.Of(golden.Architecture, precision), devices.Fast, golden.Batch, Singles(golden.Theta), [.. golden.Cells.Select(Singles)], Singles(golden.Inputs), Singles(golden.Labels));
            logits = Math.Max(logits, Largest(trace.Logits, golden.Logits));
            loss = Math.Max(loss, Largest(trace.Losses, golden.Losses));
        }
        return (logits, loss);
    }

    // Images of 8 x 8 by the shipped theta for few inputs, which learns.
    private static (double Loss, int Correct) LearnDigits(DevicePrecision precision)
    {
        var shipped = MetaParameters.Load("shipped:online");
        var task = new ImageTask { Data = "digits", Split = DatasetSplit.All };
        var data = new EpisodeData();
        var random = new CounterRandom(1, RandomStream.Task, 0, 0);
        task.Sample(ref random, Digits, data);
        var layout = Layouts.For(shipped.Architecture, task.InputSize, task.OutputSize);
        using var device = IlgpuDevice.Open("cpu");
        using var learner = new IlgpuLearner(DeviceModels.Of(layout, precision), device, shipped.Values, seed: 1);
        var (loss, correct) = (0.0, 0);
        for (var t = 0; t < Digits; t++)
        {
            var step = learner.Learn(data.Inputs.AsSpan(t * task.InputSize, task.InputSize), data.Classes[t]);
            loss += step.Loss / Digits;
            if (step.Prediction.Class == data.Classes[t]) correct++;
        }
        return (loss, correct);
    }

    private static double Largest(float[] actual, double[] expected) => actual.Zip(expected, (a, b) => Math.Abs(a - b)).Max();

    private static (Architecture Architecture, int Batch) Named(string name)
    {
        var last = new Architecture { StateSize = 7, MessageSize = 3, LabelFeedback = true, OutputIndex = 2, Layers = new([new DenseLayerSpec(5, 35)]) };
        return name switch
        {
            "lanes are outputs at the end" => (last, 1),
            "normalised" => (last with { StateSize = 18, MessageSize = 5, MessageLayerNorm = true, PositionFeatures = true, Layers = new([new DenseLayerSpec(20, 3), new DenseLayerSpec(3, 4)]), Schedule = new() { BackwardSweep = BackwardSweep.Separate } }, 1),
            "batch" => (last with { Layers = new([new DenseLayerSpec(5, 3)]) }, 3),
            _ => IlgpuEpisodeTests.Named(name),
        };
    }

    private static void ShouldBeClose(string tensor, float[] actual, float[] expected, double tolerance) =>
        IlgpuEpisodeTests.ShouldBeWithin(tensor, actual, Array.ConvertAll(expected, value => (double)value), tolerance * Math.Max(1, expected.Max(Math.Abs)));

    private static float[] Singles(double[] values) => IlgpuEpisodeTests.Singles(values);
}
