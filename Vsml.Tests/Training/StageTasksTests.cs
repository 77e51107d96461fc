using Vsml.MetaTraining;

namespace Vsml.Tests.Training;

public class StageTasksTests
{
    [Fact]
    public void EveryTaskMeetsEveryNumberOfInputs()
    {
        var tasks = StageTasks.Of(TinyRuns.Full, TinyRuns.Full.Stages[1]);
        tasks.Select(task => (task.Task.InputSize, task.Task.OutputSize)).ShouldBe([(3, 3), (5, 3), (3, 3), (5, 3)]);
        tasks.Select(task => task.Weight).ShouldBe([2.0, 2, 1, 1]);
        foreach (var task in tasks)
        {
            (task.Layout.InputSize, task.Layout.OutputSize).ShouldBe((task.Task.InputSize, task.Task.OutputSize));
            task.Layout.SharesParametersWith(TinyRuns.Full.Model).ShouldBeTrue();
        }
    }

    [Fact]
    public void TheLastTransformThatSetsTheInputsFollowsTheStage()
    {
        var images = new ImageTask { Size = 8 };
        var run = TinyRuns.Full with
        {
            Tasks = new([new TaskShare(1, new TransformedTask(images, new RandomPixels(40), new RandomProjection(), new LabelPermutation())), new TaskShare(1, new TransformedTask(images, new RandomPixels(1)))]),
        };
        var tasks = StageTasks.Of(run, new TrainingStage { EpisodeLength = 20, Inputs = new([16]), Classes = 5 });
        tasks[0].Task.ShouldBe(new TransformedTask(images with { ClassCount = 5 }, new RandomPixels(40), new RandomProjection(16), new LabelPermutation()));
        tasks[1].Task.ShouldBe(new TransformedTask(images with { ClassCount = 5 }, new RandomPixels(16)));
    }

    [Fact]
    public void AStageMayHaveTasksOfItsOwn()
    {
        var stage = new TrainingStage { EpisodeLength = 3, Inputs = new([2, 4]), Tasks = new([new TaskShare(3, new SumSignTask())]) };
        StageTasks.Of(TinyRuns.Full, stage).Select(task => (task.Weight, task.Task)).ShouldBe([(3.0, new SumSignTask { Inputs = 2 }), (3.0, new SumSignTask { Inputs = 4 })]);
        Should.Throw<VsmlException>(() => StageTasks.Of(TinyRuns.Full, stage with { Classes = 3 })).Message.ShouldContain("asks for 3 classes");
    }

    [Fact]
    public void WithoutSizesTasksKeepTheirs()
    {
        var task = StageTasks.Of(TinyRuns.Full, new TrainingStage { EpisodeLength = 3 })[0];
        (task.Task.InputSize, task.Task.OutputSize).ShouldBe((5, 10));
    }

    [Fact]
    public void SizesThatATaskCannotHaveAreRefused()
    {
        var raw = TinyRuns.Full with { Tasks = new([new TaskShare(1, new ImageTask { Size = 8 })]) };
        Should.Throw<VsmlException>(() => StageTasks.Of(raw, new TrainingStage { EpisodeLength = 3, Inputs = new([16]) })).Message.ShouldContain("16 inputs");
        Should.Throw<VsmlException>(() => StageTasks.Of(raw, new TrainingStage { EpisodeLength = 3, Classes = 11 })).Message.ShouldContain("11");
        Should.Throw<VsmlException>(() => StageTasks.Of(raw, new TrainingStage { EpisodeLength = 100_000 })).Message.ShouldContain("100000");
    }

    [Fact]
    public void LayoutsKeepHiddenSizes()
    {
        var deep = new Architecture { Layers = new(new LayerSpec[] { new DenseLayerSpec(5, 6), new DenseLayerSpec(6, 3) }) };
        Layouts.For(deep, 9, 4).Layers.ShouldBe([new DenseLayerSpec(9, 6), new DenseLayerSpec(6, 4)]);
        var conv = new Architecture { Layers = new(new LayerSpec[] { new ConvLayerSpec(4, 4, 1, 2, 3, 2), new DenseLayerSpec(8, 3) }) };
        Layouts.For(conv, 16, 5).OutputSize.ShouldBe(5);
        Should.Throw<VsmlException>(() => Layouts.For(conv, 25, 5)).Message.ShouldContain("16 inputs");
    }
}
