using Vsml.Contracts;
using Vsml.Ilgpu;
using Vsml.MetaTraining;

namespace Vsml.Tests.Ilgpu;

/// <summary>Backpropagation through time over a meta-batch on a device, against that of compiled kernels.</summary>
public sealed class IlgpuGradientRunnerTests(IlgpuEpisodeTests.Devices devices) : IClassFixture<IlgpuEpisodeTests.Devices>
{
    private const int Length = 6;

    private static readonly Architecture Network = new()
    {
        StateSize = 5,
        MessageSize = 3,
        Layers = new([new DenseLayerSpec(5, 4), new DenseLayerSpec(4, 3)]),
        Schedule = new TickSchedule { MicroTicks = new([1]), BackwardSweep = BackwardSweep.Separate },
        LabelFeedback = true,
        LearnedInitialCell = true,
    };

    // Two layouts, whose episodes cannot run side by side.
    private static readonly EpisodeSource Episodes = new(
        new EquatableArray<TaskShare>([new TaskShare(1, new RandomTask { Inputs = 5, Classes = 3, Vectors = 6 }), new TaskShare(1, new RandomTask { Inputs = 7, Classes = 3, Vectors = 4 })]), Length);

    private static readonly float[] Theta = MetaParameters.Initial(Network, 3, inputGateBias: 3).Values.ToArray();

    [Fact]
    public void Whole_episodes_give_the_gradient_of_compiled_kernels() => ShouldAgree(new BpttOptions { EpisodeCount = 4 }, iterations: 1);

    [Fact]
    public void Windows_carry_their_state_to_the_next_iteration() => ShouldAgree(
        new BpttOptions { EpisodeCount = 3, Truncation = TruncationSchedule.Constant(3), Stride = 2 }, iterations: 4);

    [Fact]
    public void Staggered_windows_begin_with_fresh_learners() => ShouldAgree(
        new BpttOptions { EpisodeCount = 4, Truncation = TruncationSchedule.Constant(2, staggered: true) }, iterations: 4);

    [Fact]
    public void Little_memory_changes_no_bit()
    {
        var whole = Estimate(new BpttOptions { EpisodeCount = 4 }, out var all);
        var small = Estimate(new BpttOptions { EpisodeCount = 4, MemoryMiB = all.BytesPerEpisode * 0.9 / (1 << 20) }, out var some);
        (all.TapeExamples, all.Episodes).ShouldBe((Length, 4));
        some.TapeExamples.ShouldBeInRange(1, Length - 1);
        some.Episodes.ShouldBe(1);
        small.Gradient.ShouldBe(whole.Gradient);
        Should.Throw<VsmlException>(() => Estimate(new BpttOptions { EpisodeCount = 4, MemoryMiB = 0.001 }, out _)).Message.ShouldContain("Raise the budget");
    }

    private MetaGradient Estimate(BpttOptions options, out TapeMemory memory)
    {
        using var runner = Device();
        var estimate = new BpttEstimator(options, runner).Estimate(7, 0, Theta, Episodes, UnrollState.Empty);
        memory = runner.Memory!;
        return estimate;
    }

    private void ShouldAgree(BpttOptions options, int iterations)
    {
        using var runner = Device();
        var (cpu, device) = (new BpttEstimator(options, new CpuGradientRunner(task => RuntimeCompiler.Compile(Layout(task)), SimdLevels.Widest, threads: 1)), new BpttEstimator(options, runner));
        var (cpuState, deviceState) = (UnrollState.Empty, UnrollState.Empty);
        for (var i = 0u; i < iterations; i++)
        {
            var expected = cpu.Estimate(7, i, Theta, Episodes, cpuState);
            var actual = device.Estimate(7, i, Theta, Episodes, deviceState);
            (cpuState, deviceState) = (expected.State, actual.State);
            actual.MeanLoss!.Value.ShouldBe(expected.MeanLoss!.Value, 1e-5);
            actual.Accuracy.ShouldBe(expected.Accuracy);
            actual.Examples.ShouldBe(expected.Examples);
            actual.State.Positions.ShouldBe(expected.State.Positions);
            var tolerance = 2e-4 * expected.Gradient.Max(Math.Abs);
            for (var p = 0; p < Theta.Length; p++) ((double)actual.Gradient[p]).ShouldBe(expected.Gradient[p], tolerance);
        }
    }

    private IlgpuGradientRunner Device() => new(devices.Fast, task => DeviceModels.Of(Layout(task)), threads: 2);

    private static Architecture Layout(TaskDescription task) => Network with { Layers = new([new DenseLayerSpec(task.InputSize, 4), new DenseLayerSpec(4, task.OutputSize)]) };
}
