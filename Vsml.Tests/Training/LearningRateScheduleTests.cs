using Vsml.MetaTraining;

namespace Vsml.Tests.Training;

public class LearningRateScheduleTests
{
    private static readonly TrainingStage[] Stages = [new() { Iterations = 10 }, new() { Iterations = 20 }];

    [Fact]
    public void ValuesHoldAtTheBoundariesOfStages()
    {
        var schedule = new LearningRateSchedule { Values = new([0.1, 0.01, 0.02]) };
        schedule.At(0, Stages).ShouldBe(0.1, 1e-12);
        schedule.At(10, Stages).ShouldBe(0.01, 1e-12);
        schedule.At(30, Stages).ShouldBe(0.02, 1e-12);
        schedule.At(5, Stages).ShouldBe(Math.Sqrt(0.1 * 0.01), 1e-12);
        schedule.At(20, Stages).ShouldBe(Math.Sqrt(0.01 * 0.02), 1e-12);
    }

    [Fact]
    public void OneValueHoldsThroughoutAndWarmUpIsLinear()
    {
        var schedule = new LearningRateSchedule { Values = new([0.5]), WarmUpIterations = 4 };
        Enumerable.Range(0, 6).Select(iteration => schedule.At(iteration, Stages)).ShouldBe([0.125, 0.25, 0.375, 0.5, 0.5, 0.5]);
    }
}
