using Vsml.Data;
using Vsml.MetaTraining;
using Vsml.Numerics;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Tasks;

public class TaskTests
{
    private static CounterRandom Stream(uint pair = 0, ulong seed = 7) => new(seed, RandomStream.Task, 3, pair);

    private static EpisodeData Draw(TaskDescription task, int length, uint pair = 0)
    {
        var random = Stream(pair);
        return task.Sample(ref random, length);
    }

    private static readonly TaskDescription Mnist8 = new ImageTask { Size = 8 };

    /// <summary>Recipe E's first stage: half of the episodes projected to 16 inputs, half on 16 random pixels.</summary>
    private static TaskDescription RecipeE { get; } = new TransformedTask(
        new MixedTask(
            new TaskShare(.5, new TransformedTask(new ImageTask { Size = 8, ClassCount = 5 }, new RandomProjection(16))),
            new TaskShare(.5, new TransformedTask(new ImageTask { Size = 8, ClassCount = 5 }, new RandomPixels(16)))),
        new LabelPermutation(), new InputScaleJitter());

    [Fact]
    public void TheSameStreamGivesTheSameEpisodeWhateverTheBufferHeldBefore()
    {
        var buffer = new EpisodeData();
        var other = Stream(99);
        new RandomTask { Inputs = 50 }.Sample(ref other, 300, buffer);
        Mnist8.Sample(ref other, 700, buffer);
        for (uint pair = 0; pair < 20; pair++)
        {
            var fresh = Draw(RecipeE, 20, pair);
            var random = Stream(pair);
            RecipeE.Sample(ref random, 20, buffer);
            buffer.Inputs.AsSpan(0, 320).SequenceEqual(fresh.Inputs.AsSpan(0, 320)).ShouldBeTrue();
            buffer.Classes.AsSpan(0, 20).SequenceEqual(fresh.Classes.AsSpan(0, 20)).ShouldBeTrue();
        }
    }

    [Fact]
    public void OtherPairsSeeOtherEpisodes() =>
        Draw(Mnist8, 20, 1).Inputs.SequenceEqual(Draw(Mnist8, 20, 2).Inputs).ShouldBeFalse();

    [Fact]
    public void SamplingIntoABufferAllocatesNothing()
    {
        var buffer = new EpisodeData();
        for (uint pair = 0; pair < 50; pair++) Once(pair);
        Allocations.Of(() =>
        {
            for (uint pair = 50; pair < 250; pair++) Once(pair);
        }).ShouldBe(0);

        void Once(uint pair)
        {
            var random = Stream(pair);
            RecipeE.Sample(ref random, 20, buffer);
        }
    }

    [Fact]
    public void ExamplesAreDrawnWithoutReplacementAndCarryTheirLabels()
    {
        var held = DatasetCatalogue.Prepare("digits", DatasetSplit.All);
        var episode = Draw(new ImageTask { Data = "digits", Split = DatasetSplit.All }, held.Count);
        var seen = new Dictionary<string, int>();
        for (var t = 0; t < held.Count; t++) Count(episode.Input(t), episode.Classes[t], 1);
        for (var i = 0; i < held.Count; i++) Count(held.Image(i), held.Labels[i], -1);
        seen.Values.ShouldAllBe(count => count == 0);

        void Count(ReadOnlySpan<float> image, int label, int change)
        {
            var key = label + ":" + Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(image));
            seen[key] = seen.GetValueOrDefault(key) + change;
        }
    }

    [Fact]
    public void EveryImageIsEquallyLikely()
    {
        var counts = new int[1797];
        var held = DatasetCatalogue.Prepare("digits", DatasetSplit.All);
        var index = new Dictionary<string, int>();
        for (var i = 0; i < held.Count; i++) index[Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(held.Image(i)))] = i;
        var buffer = new EpisodeData();
        for (uint pair = 0; pair < 300; pair++)
        {
            var random = Stream(pair);
            new ImageTask { Data = "digits", Split = DatasetSplit.All }.Sample(ref random, 100, buffer);
            for (var t = 0; t < 100; t++) counts[index[Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(buffer.Input(t)))]]++;
        }
        // 30,000 draws over 1,797 images: 16.7 each, standard deviation about 4.
        counts.Max().ShouldBeLessThan(40);
        counts.Count(count => count == 0).ShouldBe(0);
    }

    [Fact]
    public void TrainingNeverSeesHeldOutImages()
    {
        var held = DatasetCatalogue.Load("mnist").AtSize(8);
        var train = DatasetCatalogue.Prepare("mnist", DatasetSplit.Train, 8);
        var (mean, deviation) = DatasetCatalogue.Load("mnist", DatasetSplit.Train).AtSize(8).Moments();
        var standardised = held.Standardise((float)mean, (float)deviation);
        var keys = new HashSet<string>();
        for (var i = 0; i < standardised.Count; i++) keys.Add(Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(standardised.Image(i))));
        var episode = Draw(Mnist8, train.Count);
        for (var t = 0; t < episode.Length; t++)
            keys.ShouldNotContain(Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(episode.Input(t))));
    }

    [Fact]
    public void ChosenClassesAreRelabelledInTheirOrder()
    {
        var set = DatasetCatalogue.Prepare("digits", DatasetSplit.All);
        var task = new ImageTask { Data = "digits", Split = DatasetSplit.All, Classes = new([7, 2, 9]) };
        task.OutputSize.ShouldBe(3);
        task.MaxLength.ShouldBe(set.OfClass(7).Length + set.OfClass(2).Length + set.OfClass(9).Length);
        var episode = Draw(task, task.MaxLength);
        for (var c = 0; c < 3; c++)
            episode.Classes.Count(label => label == c).ShouldBe(set.OfClass(task.Classes[c]).Length);
        episode.Input(0).SequenceEqual(set.Image(FindImage(set, episode.Input(0)))).ShouldBeTrue();
        set.Labels[FindImage(set, episode.Input(0))].ShouldBe(task.Classes[episode.Classes[0]]);
    }

    [Fact]
    public void ARandomClassSubsetChangesFromEpisodeToEpisode()
    {
        var set = DatasetCatalogue.Prepare("digits", DatasetSplit.All);
        var task = new ImageTask { Data = "digits", Split = DatasetSplit.All, ClassCount = 2 };
        var subsets = new HashSet<string>();
        for (uint pair = 0; pair < 60; pair++)
        {
            var episode = Draw(task, 40, pair);
            var originals = new SortedSet<int>[] { [], [] };
            for (var t = 0; t < 40; t++) originals[episode.Classes[t]].Add(set.Labels[FindImage(set, episode.Input(t))]);
            originals[0].Count.ShouldBe(1);
            originals[1].Count.ShouldBe(1);
            originals[0].Single().ShouldBeLessThan(originals[1].Single());
            subsets.Add($"{originals[0].Single()},{originals[1].Single()}");
        }
        subsets.Count.ShouldBeGreaterThan(25);
    }

    private static int FindImage(ImageDataset set, ReadOnlySpan<float> image)
    {
        for (var i = 0; i < set.Count; i++)
            if (set.Image(i).SequenceEqual(image)) return i;
        throw new InvalidOperationException("no such image");
    }

    [Fact]
    public void AMixTakesItsPartsInProportion()
    {
        var mix = new MixedTask(new TaskShare(1, new SumSignTask { Inputs = 4 }), new TaskShare(3, new TransformedTask(new RandomTask { Inputs = 4, Classes = 2 }, new InputScaleJitter(0))));
        var repeated = 0;
        for (uint pair = 0; pair < 1000; pair++)
        {
            var episode = Draw(mix, 40, pair);
            // Only the random task shows a vector again.
            if (episode.Input(0).SequenceEqual(episode.Input(0)) && Enumerable.Range(1, 39).Any(t => episode.Input(t).SequenceEqual(episode.Input(0)))) repeated++;
        }
        repeated.ShouldBeInRange(690, 810);
    }

    [Fact]
    public void TheRandomTaskShowsEveryVectorOnceAPassWithTheSameLabel()
    {
        var episode = Draw(new RandomTask(), 60);
        (episode.InputSize, episode.OutputSize).ShouldBe((784, 10));
        var passes = Enumerable.Range(0, 3).Select(pass => Enumerable.Range(pass * 20, 20)
            .Select(t => (Key: Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(episode.Input(t))), episode.Classes[t])).ToArray()).ToArray();
        passes[0].Select(shown => shown.Key).Distinct().Count().ShouldBe(20);
        passes[1].Order().ShouldBe(passes[0].Order());
        passes[2].Order().ShouldBe(passes[0].Order());
        passes[1].ShouldNotBe(passes[0]);
        Moments(episode.Inputs.AsSpan(0, 20 * 784)).Variance.ShouldBe(1, .05);
    }

    [Fact]
    public void TheSumSignTaskLabelsByTheSign()
    {
        var episode = Draw(new SumSignTask { Inputs = 50 }, 400);
        for (var t = 0; t < 400; t++)
        {
            var sum = episode.Input(t).ToArray().Sum(value => (double)value);
            episode.Classes[t].ShouldBe(sum >= 0 ? 1 : 0);
            episode.Input(t).ToArray().ShouldAllBe(value => Math.Abs(value) <= 3);
        }
        episode.Classes.Count(label => label == 1).ShouldBeInRange(150, 250);
    }

    [Fact]
    public void ClassesThatAPartLacksAreLeftOut()
    {
        using var folder = new TemporaryFolder();
        // The only b is for training.
        var lines = Enumerable.Range(0, 21).Select(i => $"{i},{(i == 10 ? "b" : i % 2 == 0 ? "a" : "c")}\n");
        var task = new ImageTask { Data = folder.Write("d.csv", System.Text.Encoding.UTF8.GetBytes(string.Concat(lines))), Split = DatasetSplit.Test };
        (task.OutputSize, task.MaxLength, (task with { ClassCount = 2 }).MaxLength).ShouldBe((2, 4, 4));
        Draw(task, 4).Classes[..4].Order().ShouldBe([0, 0, 1, 1]);
        (task with { Split = DatasetSplit.Train }).OutputSize.ShouldBe(3);
        Should.Throw<VsmlException>(() => (task with { Classes = new([0, 1]) }).Validate(1)).Message.ShouldContain("class 1 (b) has no example in this part");
    }

    [Fact]
    public void MetaTestsTakeAllOfAFileUnlessAPartIsAskedFor()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("d.csv", System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40).Select(i => $"{i % 2},{i},{i * i}\n"))));
        Create(null).ShouldBe(40);
        Create(DatasetSplit.Test).ShouldBe(8);
        Create(DatasetSplit.Train).ShouldBe(32);
        Should.Throw<VsmlException>(() => MetaTestTasks.Create("random", csv: new("0"))).Message.ShouldContain("do not apply");

        int Create(DatasetSplit? split) => MetaTestTasks.Create(path, split: split, csv: new("0")).MaxLength;
    }

    [Fact]
    public void MetaTestTasksAreHeldOutPermutedAndMaybeProjected()
    {
        var task = MetaTestTasks.Create("mnist", 8, projected: true);
        (task.InputSize, task.OutputSize, task.MaxLength).ShouldBe((64, 10, 2000));
        MetaTestTasks.Create("digits").MaxLength.ShouldBe(1797);
        MetaTestTasks.Create("random", 8).InputSize.ShouldBe(64);
        MetaTestTasks.Create("sum-sign").ShouldBe(new TransformedTask(new SumSignTask(), new LabelPermutation()));
        Should.Throw<VsmlException>(() => MetaTestTasks.Create("nothing"));
        Should.Throw<VsmlException>(() => MetaTestTasks.Create("mnist", -8)).Message.ShouldContain("image size -8");
    }

    [Theory]
    [InlineData(2001, "outside 1..2000")]
    [InlineData(0, "outside 1..2000")]
    public void ImpossibleLengthsAreRefused(int length, string message) =>
        Should.Throw<VsmlException>(() => MetaTestTasks.Create("mnist", 8).Validate(length)).Message.ShouldContain(message);

    public static TheoryData<TaskDescription, string> WrongTasks => new()
    {
        { new ImageTask { Classes = new([10]) }, "class 10 is outside 0..9" },
        { new ImageTask { Classes = new([1, 2, 1]) }, "class 1 stands twice" },
        { new ImageTask { ClassCount = 11 }, "11 classes are asked for" },
        { new ImageTask { ClassCount = 1 }, "one class leaves nothing to tell apart" },
        { new ImageTask { Classes = new([3]) }, "one class leaves nothing to tell apart" },
        { new ImageTask { Label = "0" }, "mnist: is no CSV file" },
        { new ImageTask { Header = true }, "mnist: is no CSV file" },
        { new ImageTask { ClassCount = -1 }, "classCount: it must be at least 0, not -1." },
        { new ImageTask { Data = "nowhere.csv" }, "no data set and no file" },
        { new TransformedTask(Mnist8, new RandomPixels(65)), "65 of 64 inputs" },
        { new TransformedTask(Mnist8, new Padding(10)), "cannot be padded" },
        { new TransformedTask(Mnist8, new Padding(0, 3)), "cannot be padded" },
        { new TransformedTask(Mnist8, new RandomProjection(-1)), "transforms[0].outputs: it must be at least 0, not -1." },
        { new TransformedTask(Mnist8, new InputScaleJitter(float.NaN)), "transforms[0].logRange: it must be finite." },
        { new MixedTask(), "tasks: it must not be empty." },
        { new MixedTask(new TaskShare(1, Mnist8), new TaskShare(1, new ImageTask())), "differ in their inputs" },
        { new MixedTask(new TaskShare(0, Mnist8)), "tasks[0].weight: it must be at least 1E-06 and at most 1000000, not 0." },
        { new RandomTask { Vectors = 0 }, "vectors: it must be at least 1 and at most 1048576, not 0." },
        { new SumSignTask { Inputs = -1 }, "inputs: it must be at least 1" },
        { new SyntheticTask { Inputs = 0 }, "inputs: it must be at least 1 and at most 16384, not 0." },
        { new SyntheticTask { Classes = 1 }, "classes: it must be at least 2" },
        { new SyntheticTask { Separation = new([2, 1]) }, "separation: it must be two numbers, the least and the greatest" },
        { new SyntheticTask { Separation = new([1, 2, 3]) }, "separation: it must be two numbers, the least and the greatest" },
        { new SyntheticTask { LabelNoise = new([0, 1.5]) }, "labelNoise[1]: it must be at least 0 and at most 1, not 1.5." },
        { new SyntheticTask { Irrelevant = new([]) }, "irrelevant: it must not be empty." },
        { new SyntheticTask { Drift = double.NaN }, "drift: it must be finite." },
    };

    [Theory]
    [MemberData(nameof(WrongTasks))]
    public void WrongDescriptionsAreExplained(TaskDescription task, string message) =>
        Should.Throw<VsmlException>(() =>
        {
            task.Validate(10);
            Draw(task, 10);
        }).Message.ShouldContain(message);

    public static TheoryData<TaskDescription> Undrawable => [new RandomTask { Vectors = 0 }, new SumSignTask { Inputs = 0 }, new TransformedTask(Mnist8, new InputScaleJitter(float.NaN)), new TransformedTask(Mnist8, new RandomPixels(0)), new MixedTask()];

    [Theory]
    [MemberData(nameof(Undrawable))]
    public void WhatNobodyValidatedIsNotDrawnEither(TaskDescription task) => Should.Throw<VsmlException>(() => Draw(task, 10));

    private static (double Mean, double Variance) Moments(ReadOnlySpan<float> values)
    {
        var mean = 0.0;
        foreach (var value in values) mean += value;
        mean /= values.Length;
        var variance = 0.0;
        foreach (var value in values) variance += (value - mean) * (value - mean);
        return (mean, variance / values.Length);
    }
}
