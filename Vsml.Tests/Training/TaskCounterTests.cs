using Vsml.Contracts;
using Vsml.MetaTraining;

namespace Vsml.Tests.Training;

public class TaskCounterTests
{
    private static readonly RunConfiguration Plain = new()
    {
        Model = new Architecture { StateSize = 2, MessageSize = 2, Layers = new([new DenseLayerSpec(4, 2)]) },
        Tasks = new([new SumSignTask { Inputs = 4 }]),
        Stages = new([new TrainingStage { Iterations = 10, EpisodeLength = 6 }, new TrainingStage { Iterations = 10, EpisodeLength = 8 }]),
        LearningRate = new LearningRateSchedule { Values = new([.01]) },
        Estimator = new BpttOptions { EpisodeCount = 3 },
    };

    [Fact]
    public void A_task_without_choices_is_one()
    {
        var counter = Counter(Plain);
        counter.After(1).ShouldBe(1);
        counter.After(20).ShouldBe(1);
    }

    [Fact]
    public void What_is_drawn_from_a_continuum_makes_every_episode_a_task()
    {
        Counter(With(new SyntheticTask { Inputs = 4, Classes = 2 })).After(20).ShouldBe(60);
        Counter(With(new RandomTask { Inputs = 4, Classes = 2 })).After(7).ShouldBe(21);
        Counter(With(new TransformedTask(new SumSignTask { Inputs = 4 }, new RandomProjection()))).After(2).ShouldBe(6);
    }

    [Fact]
    public void Few_tasks_are_soon_all_drawn()
    {
        // The names of two classes, and two of three pixels in order.
        var two = With(new TransformedTask(new SumSignTask { Inputs = 4 }, new LabelPermutation(), new InputScaleJitter()));
        Counter(two).After(1).ShouldBe(2); // 2 (1 - 1/8)
        Counter(two).After(20).ShouldBe(2);
        var twelve = With(new TransformedTask(new SumSignTask { Inputs = 3 }, new RandomPixels(2), new LabelPermutation()));
        Counter(twelve).After(2).ShouldBe((long)Math.Round(12 * (1 - Math.Pow(11 / 12.0, 6))));
        Counter(twelve).After(20).ShouldBe(12);
    }

    [Fact]
    public void Classes_drawn_for_an_episode_are_counted_whatever_their_order() =>
        Counter(With(new ImageTask { Data = "digits", Size = 2, ClassCount = 2 })).After(20).ShouldBe((long)Math.Round(45 * (1 - Math.Pow(44 / 45.0, 60))));

    [Fact]
    public void Shares_of_a_mixture_are_counted_apart() =>
        Counter(Plain with { Tasks = new([new TaskShare(1, new SumSignTask { Inputs = 4 }), new TaskShare(3, new SyntheticTask { Inputs = 4, Classes = 2 })]) }).After(20).ShouldBe(46);

    [Fact]
    public void Episodes_that_go_on_over_iterations_are_counted_once()
    {
        var truncated = With(new SyntheticTask { Inputs = 4, Classes = 2 }) with { Estimator = new BpttOptions { EpisodeCount = 3, Truncation = TruncationSchedule.Constant(4) } };
        // Two windows an episode in both stages, and a new one where a stage begins.
        Counter(truncated).After(1).ShouldBe(3);
        Counter(truncated).After(2).ShouldBe(3);
        Counter(truncated).After(3).ShouldBe(6);
        Counter(truncated).After(20).ShouldBe(30);
        var again = Counter(truncated);
        again.After(20);
        again.After(3).ShouldBe(6);
    }

    [Fact]
    public void Staggered_episodes_begin_one_after_the_other()
    {
        var stage = new TrainingStage { Iterations = 10, EpisodeLength = 6, Truncation = TruncationSchedule.Constant(2, staggered: true) };
        var counter = Counter(With(new SyntheticTask { Inputs = 4, Classes = 2 }) with { Stages = new([stage]) });
        // At 0, 2 and 4; from then on one of the three begins in every iteration.
        counter.After(1).ShouldBe(3);
        counter.After(2).ShouldBe(4);
        counter.After(10).ShouldBe(12);
    }

    [Fact]
    public void Metrics_have_the_number()
    {
        var trainer = new MetaTrainer(With(new SyntheticTask { Inputs = 4, Classes = 2 }) with { Simd = SimdLevel.Portable }, architecture => RuntimeCompiler.Compile(architecture, SimdLevel.Portable));
        var (state, first) = trainer.Step(trainer.Initial());
        var (_, second) = trainer.Step(state);
        (first.Tasks, second.Tasks).ShouldBe((3, 6));
    }

    private static RunConfiguration With(TaskDescription task) => Plain with { Tasks = new([task]) };

    private static TaskCounter Counter(RunConfiguration run) =>
        new(run, [.. run.Stages.Select(stage => new EpisodeSource(run.Tasks, stage.EpisodeLength) { Truncation = stage.Truncation })]);
}
