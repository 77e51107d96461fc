using Vsml.Evaluation;
using Vsml.Files;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Evaluation;

/// <summary>
/// Meta-trained theta of the study reproduce its meta-test figures within the noise of 16 episodes: kernels, tasks and protocol are
/// right together. All rows come from <c>vsml test --architecture F2.json --theta F2.safetensors --data ... --size ...</c>.
/// </summary>
public class ProbeTests
{
    [SharedTheory("golden", "probe")]
    [InlineData("f1", "digits", 8, false, new[] { .732, .863, .893 })]
    [InlineData("f2", "mnist", 8, false, new[] { .561, .714, .757 })]
    [InlineData("r4", "mnist", 8, true, new[] { .553, .715, .783, .800 })]
    public void AThetaOfTheStudyReachesItsFigures(string probe, string data, int size, bool projected, double[] expected)
    {
        var path = RepositoryPaths.InShared("golden", "probe", probe + ".json").ShouldNotBeNull();
        var task = MetaTestTasks.Create(data, size, projected);
        var architecture = ArchitectureJson.Read(path);
        architecture = architecture with { Layers = new([new DenseLayerSpec(task.InputSize, task.OutputSize)]) };
        var model = RuntimeCompiler.Compile(architecture);
        var theta = MetaParameters.Load(Path.ChangeExtension(path, ".safetensors"), architecture);
        var report = MetaTest.Run(task, [MetaTestLearner.Vsml("vsml", model, model.Pack(theta))]);
        // Both figures are means over 16 episodes; over 100 examples each has a standard error of about .01.
        for (var i = 0; i < expected.Length; i++) report.Results[i].Accuracy.ShouldBe(expected[i], i == 0 ? .04 : .025, report.Results[i].ToString());
    }

    [Fact]
    public void AnUntrainedThetaStaysAtChance()
    {
        var architecture = new Architecture
        {
            StateSize = 8,
            LabelFeedback = true,
            Layers = new([new DenseLayerSpec(64, 10)]),
            Schedule = new() { MicroTicks = new([1]), BackwardSweep = BackwardSweep.Separate },
        };
        var model = RuntimeCompiler.Compile(architecture);
        var report = MetaTest.Run(MetaTestTasks.Create("digits"), [MetaTestLearner.Vsml("untrained", model, model.Pack(MetaParameters.Initial(architecture, 1)))], new() { Length = 300 });
        report.Results.ShouldAllBe(result => result.Accuracy > .06 && result.Accuracy < .14);
    }
}
