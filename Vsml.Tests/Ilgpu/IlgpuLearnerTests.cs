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

    public static TheoryData<string> Networks => ["plain", "sweeps", "convolution", "several ticks", "free lanes"];

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_saved_learner_goes_on_on_either_side(string name)
    {
        var architecture = Named(name);
        var theta = MetaParameters.Initial(architecture, seed: 5, inputGateBias: 3);
        var kernels = IlgpuCompiler.Compile(architecture);
        var compiled = RuntimeCompiler.Compile(architecture, SimdLevel.Portable);
        var cpu = new Learner(compiled, compiled.Pack(theta.Values, SimdLevel.Portable), seed: 2);
        using var learner = new IlgpuLearner(kernels, devices.Fast, theta.Values, seed: 2);
        using var other = new IlgpuLearner(kernels, devices.Fast, theta.Values, seed: 3);
        var random = new CounterRandom(1, RandomStream.Task, 0, 0);
        Teach(3, learner, cpu);

        using var saved = new MemoryStream();
        learner.Save(saved);
        saved.Position = 0;
        other.Load(saved);
        using var fork = learner.Fork();
        fork.Learn(new float[architecture.InputSize], 0);
        Teach(2, other, learner, exact: true);
        saved.Position = 0;
        cpu.Load(saved);
        saved.Position = 0;
        other.Load(saved);
        Teach(2, other, cpu);
        using var fromCpu = new MemoryStream();
        cpu.Save(fromCpu);
        fromCpu.Position = 0;
        learner.Load(fromCpu);
        Teach(2, learner, cpu);

        void Teach(int examples, IOnlineLearner actual, IOnlineLearner expected, bool exact = false)
        {
            var input = new float[architecture.InputSize];
            for (var t = 0; t < examples; t++)
            {
                random.FillNormal(input);
                var (a, e) = (actual.Learn(input, t % 3).Prediction.Logits.ToArray(), expected.Learn(input, t % 3).Prediction.Logits.ToArray());
                if (exact) a.ShouldBe(e);
                else Compare(a, e);
            }
        }
    }

    [Fact]
    public void A_fork_goes_its_own_way()
    {
        var architecture = Named("plain");
        using var learner = new IlgpuLearner(IlgpuCompiler.Compile(architecture), devices.Fast, MetaParameters.Initial(architecture, seed: 5, inputGateBias: 3).Values, seed: 2);
        float[] input = [1, -1, 2, 0, 1, 1];
        learner.Learn(input, 1);
        using var fork = learner.Fork();
        fork.Predict(input).Logits.ToArray().ShouldBe(learner.Predict(input).Logits.ToArray());
        fork.Learn(input, 2);
        fork.Predict(input).Logits.ToArray().ShouldNotBe(learner.Predict(input).Logits.ToArray());
    }

    [Fact]
    public void A_state_of_another_theta_is_refused_and_changes_nothing()
    {
        var architecture = Named("plain");
        var kernels = IlgpuCompiler.Compile(architecture);
        using var learner = new IlgpuLearner(kernels, devices.Fast, MetaParameters.Initial(architecture, seed: 5).Values);
        using var other = new IlgpuLearner(kernels, devices.Fast, MetaParameters.Initial(architecture, seed: 6).Values);
        using var folder = new TemporaryFolder();
        other.Save(folder["state"]);
        var before = learner.Predict(new float[6]).Logits.ToArray();
        Should.Throw<VsmlException>(() => learner.Load(folder["state"])).Message.ShouldContain("another theta");
        learner.Predict(new float[6]).Logits.ToArray().ShouldBe(before);
        other.Load(folder["state"]);
    }

    private static Architecture Named(string name)
    {
        var plain = new Architecture { StateSize = 4, MessageSize = 3, LabelFeedback = true, Layers = new([new DenseLayerSpec(6, 3)]) };
        return name switch
        {
            "plain" => plain,
            "sweeps" => plain with { MessageSize = 5, Layers = new([new DenseLayerSpec(6, 35), new DenseLayerSpec(35, 3)]), Schedule = new TickSchedule { BackwardSweep = BackwardSweep.Separate } },
            "convolution" => plain with { Layers = new(new LayerSpec[] { new ConvLayerSpec(5, 4, 2, 2, 3, 2), new DenseLayerSpec(12, 3) }) },
            "several ticks" => plain with { MessageSize = 5, LabelFeedback = false, Layers = new([new DenseLayerSpec(6, 4), new DenseLayerSpec(4, 3)]), Schedule = new TickSchedule { TicksPerExample = 2 } },
            _ => plain with { Layers = new([new DenseLayerSpec(3, 35), new DenseLayerSpec(35, 4)]) },
        };
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
