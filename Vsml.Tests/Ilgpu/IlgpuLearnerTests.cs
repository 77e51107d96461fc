using Vsml.Contracts;
using Vsml.Ilgpu;
using Vsml.Numerics;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;
using Vsml.Tool.Ilgpu;

namespace Vsml.Tests.Ilgpu;

/// <summary>A learner on ILGPU's CPU accelerator against one in compiled kernels.</summary>
public sealed class IlgpuLearnerTests(IlgpuEpisodeTests.Devices devices) : IClassFixture<IlgpuEpisodeTests.Devices>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_learns_as_compiled_kernels_do(bool learnedCell)
    {
        var architecture = new Architecture
        {
            StateSize = 4,
            MessageSize = 3,
            LabelFeedback = true,
            LearnedInitialCell = learnedCell,
            Layers = new([new DenseLayerSpec(6, 3)]),
            Schedule = new TickSchedule { BackwardSweep = BackwardSweep.Separate },
        };
        var theta = MetaParameters.Initial(architecture, seed: 5, inputGateBias: 3);
        var model = RuntimeCompiler.Compile(architecture, SimdLevel.Portable);
        var cpu = new Learner(model, model.Pack(theta.Values, SimdLevel.Portable), seed: 2);
        using var learner = new IlgpuLearner(IlgpuCompiler.Compile(architecture), devices.Fast, theta.Values, seed: 2);
        var random = new CounterRandom(1, RandomStream.Task, 0, 0);
        var input = new float[6];
        for (var t = 0; t < 5; t++)
        {
            random.FillNormal(input);
            Compare(learner.Predict(input).Logits, cpu.Predict(input).Logits);
            // What is predicted twice is the same: nothing was learned.
            Compare(learner.Predict(input).Logits, cpu.Predict(input).Logits);
            var actual = learner.Learn(input, t % 3);
            var expected = cpu.Learn(input, t % 3);
            Compare(actual.Prediction.Logits, expected.Prediction.Logits);
            ((double)actual.Loss).ShouldBe(expected.Loss, 1e-5);
        }
        Should.Throw<ArgumentException>(() => learner.Learn(new float[6], 3));
        Should.Throw<ArgumentException>(() => learner.Predict([float.NaN, 0, 0, 0, 0, 0]));
        Should.Throw<VsmlException>(() => new IlgpuLearner(IlgpuCompiler.Compile(architecture), devices.Fast, new float[3])).Message.ShouldContain("theta has 3 values");
    }

    [Fact]
    public void A_meta_test_runs_on_a_device()
    {
        using var folder = new TemporaryFolder();
        var architecture = new Architecture { StateSize = 4, Layers = new([new DenseLayerSpec(5, 3)]) };
        MetaParameters.Initial(architecture, seed: 1).Save(folder["theta"]);
        string[] arguments = ["test", "--theta", folder["theta"], "--data", "digits", "--size", "3", "--episodes", "2", "--length", "30"];
        var onDevice = ToolRun.InProcess([.. arguments, "--backend", "ilgpu", "--device", "cpu"]).ShouldSucceed();
        onDevice.Output.ShouldBe(ToolRun.InProcess(arguments).ShouldSucceed().Output);
        ToolRun.InProcess([.. arguments, "--backend", "ilgpu", "--device", "99"]).ShouldBeRefused("--device: There is no device 99");
    }

    private static void Compare(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        for (var b = 0; b < expected.Length; b++) ((double)actual[b]).ShouldBe(expected[b], 1e-5);
    }
}
