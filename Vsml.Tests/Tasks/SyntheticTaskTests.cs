using Vsml.Baselines;
using Vsml.MetaTraining;
using Vsml.Numerics;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Tasks;

public class SyntheticTaskTests
{
    private static EpisodeData Draw(SyntheticTask task, int length, uint pair)
    {
        var random = new CounterRandom(7, RandomStream.Task, 3, pair);
        return task.Sample(ref random, length);
    }

    [Fact]
    public void The_same_stream_gives_the_same_episode_whatever_the_buffer_held_before()
    {
        var task = new SyntheticTask { Inputs = 9, Classes = 4, Drift = .3, LateClass = .5 };
        var buffer = new EpisodeData();
        for (uint pair = 0; pair < 40; pair++)
        {
            var fresh = Draw(task, 50, pair);
            var random = new CounterRandom(7, RandomStream.Task, 3, pair);
            task.Sample(ref random, 50, buffer);
            buffer.Inputs.AsSpan(0, 450).SequenceEqual(fresh.Inputs.AsSpan(0, 450)).ShouldBeTrue();
            buffer.Classes.AsSpan(0, 50).SequenceEqual(fresh.Classes.AsSpan(0, 50)).ShouldBeTrue();
        }
        Draw(task, 50, 1).Inputs.ShouldNotBe(Draw(task, 50, 2).Inputs);
    }

    [Fact]
    public void Sampling_into_a_buffer_allocates_nothing()
    {
        var (task, buffer) = (new SyntheticTask { Inputs = 12 }, new EpisodeData());
        Once(50);
        Allocations.Of(() => Once(50)).ShouldBe(0);

        void Once(uint episodes)
        {
            for (uint pair = 0; pair < episodes; pair++)
            {
                var random = new CounterRandom(7, RandomStream.Task, 3, pair);
                task.Sample(ref random, 30, buffer);
            }
        }
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 30)]
    [InlineData(180, 3)]
    [InlineData(33, 10)]
    public void Inputs_are_finite_standardised_and_classes_within_range(int inputs, int classes)
    {
        for (uint pair = 0; pair < 100; pair++)
        {
            var episode = Draw(new SyntheticTask { Inputs = inputs, Classes = classes, Drift = .2, LateClass = .2 }, 80, pair);
            var values = episode.Inputs.AsSpan(0, 80 * inputs).ToArray();
            values.ShouldAllBe(value => float.IsFinite(value));
            values.Average().ShouldBe(0, 1e-3);
            values.Average(value => value * value).ShouldBeLessThan(1.001f);
            episode.Classes.AsSpan(0, 80).ToArray().ShouldAllBe(label => label >= 0 && label < classes);
        }
    }

    [Fact]
    public void Episodes_draw_how_many_features_and_classes_they_have()
    {
        var task = new SyntheticTask { Inputs = 7, LeastInputs = 3, Classes = 5, LeastClasses = 2 };
        var (features, classes) = (new HashSet<int>(), new HashSet<int>());
        var buffer = new EpisodeData();
        for (uint pair = 0; pair < 200; pair++)
        {
            var random = new CounterRandom(7, RandomStream.Task, 3, pair);
            buffer.Inputs.AsSpan().Fill(9);
            task.Sample(ref random, 100, buffer);
            features.Add(Enumerable.Range(0, 7).LastOrDefault(j => Enumerable.Range(0, 100).Any(t => buffer.Inputs[(t * 7) + j] != 0)) + 1);
            classes.Add(buffer.Classes.AsSpan(0, 100).ToArray().Max() + 1);
        }
        // A last feature may be constant, which makes it 0 too.
        features.Where(count => count >= 3).Order().ShouldBe([3, 4, 5, 6, 7]);
        classes.Order().ShouldBe([2, 3, 4, 5]);
        task.Resize(2, 3).ShouldBe(task with { Inputs = 2, LeastInputs = 2, Classes = 3 });
        Draw(task with { LeastInputs = 7, LeastClasses = 5 }, 50, 1).Inputs.ShouldBe(Draw(new SyntheticTask { Inputs = 7 }, 50, 1).Inputs);
        Should.Throw<VsmlException>(() => _ = (task with { LeastInputs = 8 }).InputSize).Message.ShouldContain("leastInputs: 8");
        foreach (var wrong in new[] { 1, 6 }) Should.Throw<VsmlException>(() => _ = (task with { LeastClasses = wrong }).OutputSize).Message.ShouldContain("leastClasses");
    }

    [Fact]
    public void Features_of_all_shapes_occur()
    {
        var (constant, binary, counted, other, whole) = (0, 0, 0, 0, 0);
        for (uint pair = 0; pair < 200; pair++)
        {
            var episode = Draw(new SyntheticTask { Inputs = 10 }, 300, pair);
            var deviates = false;
            for (var j = 0; j < 10; j++)
            {
                float[] column = [.. Enumerable.Range(0, 300).Select(t => episode.Input(t)[j])];
                _ = column.Distinct().Count() switch
                {
                    1 => constant++,
                    2 => binary++,
                    < 60 => counted++,
                    _ => other++,
                };
                var square = column.Average(value => value * value);
                deviates |= square > 1e-6 && Math.Abs(square - 1) > .01;
            }
            if (deviates) whole++;
        }
        constant.ShouldBeInRange(10, 150);
        binary.ShouldBeInRange(300, 800);
        counted.ShouldBeInRange(60, 400);
        other.ShouldBeInRange(800, 1600);
        // Three of ten problems are standardised by one mean and deviation for all columns.
        whole.ShouldBeInRange(35, 85);
    }

    [Theory]
    [InlineData(SyntheticKind.Mixture)]
    [InlineData(SyntheticKind.Network)]
    [InlineData(SyntheticKind.Tree)]
    public void Problems_of_every_kind_can_be_learned_and_have_unequal_classes(SyntheticKind kind)
    {
        var task = new SyntheticTask { Inputs = 8, Classes = 4, Kind = kind, LabelNoise = new([0, 0]), Irrelevant = new([0, 0]), Separation = new([2.5, 3]) };
        var right = 0;
        for (uint pair = 0; pair < 60; pair++) right += RightOf(Draw(task, 200, pair), new NearestClassMean(8, 4), learned: 100);
        (right / 6000.0).ShouldBeInRange(.4, .98);
        var counts = new double[60];
        for (uint pair = 0; pair < 60; pair++) counts[pair] = Draw(task, 400, pair).Classes.Take(400).CountBy(label => label).Max(item => item.Value);
        counts.Max().ShouldBeGreaterThan(160);
        counts.Min().ShouldBeLessThan(150);
    }

    [Fact]
    public void Noise_in_the_labels_makes_them_random()
    {
        var task = new SyntheticTask { Inputs = 8, Classes = 2, LabelNoise = new([1, 1]) };
        var ones = Enumerable.Range(0, 50).Sum(pair => Draw(task, 100, (uint)pair).Classes.Take(100).Sum());
        ones.ShouldBeInRange(2300, 2700);
    }

    [Fact]
    public void A_class_that_comes_late_is_not_seen_at_first()
    {
        var task = new SyntheticTask { Inputs = 5, Classes = 3, LateClass = 1 };
        var late = 0;
        for (uint pair = 0; pair < 50; pair++)
        {
            int[] labels = [.. Draw(task, 400, pair).Classes.Take(400)];
            int[] missing = [.. Enumerable.Range(0, 3).Where(label => !labels.Take(50).Contains(label))];
            if (missing.Any(label => labels.Skip(200).Contains(label))) late++;
        }
        late.ShouldBeGreaterThan(40);
        Enumerable.Range(0, 50).Count(pair => Draw(task with { LateClass = 0, Kind = SyntheticKind.Mixture }, 400, (uint)pair).Classes.Take(50).Distinct().Count() == 3).ShouldBeGreaterThan(45);
    }

    [Fact]
    public void Drift_changes_the_names_of_classes()
    {
        // Two classes: half of the renamings change nothing, the others exchange them, and what was learned is wrong afterwards.
        var task = new SyntheticTask { Inputs = 6, Classes = 2, Kind = SyntheticKind.Mixture, LabelNoise = new([0, 0]), Separation = new([3, 3]) };
        Late(task with { Drift = 1 }).ShouldBeLessThan(Late(task) - .1);

        double Late(SyntheticTask task)
        {
            var right = 0;
            for (uint pair = 0; pair < 60; pair++) right += RightOf(Draw(task, 400, pair), new NearestClassMean(6, 2), learned: 100);
            return right / 6000.0;
        }
    }

    // Learns from the first examples, and is then asked for the last hundred.
    private static int RightOf(EpisodeData episode, NearestClassMean learner, int learned)
    {
        for (var t = 0; t < learned; t++) learner.Learn(episode.Input(t), episode.Classes[t]);
        var right = 0;
        for (var t = episode.Length - 100; t < episode.Length; t++) right += learner.Predict(episode.Input(t)).Class == episode.Classes[t] ? 1 : 0;
        return right;
    }
}
