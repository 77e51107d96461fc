using ILGPU.Runtime;
using Vsml.Ilgpu;
using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Tests.Ilgpu;

/// <summary>Inputs made on ILGPU's CPU accelerator against those that tasks draw.</summary>
public sealed class InputMakerTests(IlgpuEpisodeTests.Devices devices) : IClassFixture<IlgpuEpisodeTests.Devices>
{
    private const int Length = 7;

    private static readonly ImageTask s_digits = new() { Data = "digits", Size = 8, ClassCount = 4 };
    private static readonly RandomTask s_vectors = new() { Inputs = 9, Classes = 3, Vectors = 4 };

    private static readonly Dictionary<string, TaskDescription> s_tasks = new()
    {
        ["images of some classes"] = s_digits,
        ["vectors"] = s_vectors,
        ["pixels and scale"] = new TransformedTask(s_digits, new RandomPixels(5), new InputScaleJitter(), new LabelPermutation()),
        ["permutation and padding"] = new TransformedTask(s_digits, new FixedPermutation(3), new Padding(70, 6)),
        ["projection"] = new TransformedTask(s_digits, new RandomProjection(11), new InputScaleJitter()),
        ["fixed projection"] = new TransformedTask(s_vectors, new FixedProjection(2), new RandomProjection(5), new Padding(8, 4)),
        ["mixed"] = new MixedTask(new TransformedTask(s_digits, new RandomPixels(6), new RandomProjection(9)), new TransformedTask(s_vectors with { Classes = 4 }, new RandomPixels(9)), s_vectors with { Classes = 4 }),
    };

    /// <summary>What is made by recipes.</summary>
    public static TheoryData<string, bool> Tasks
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var name in s_tasks.Keys) data.Add(name, true);
            data.Add("images of some classes", false);
            data.Add("projection", false);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Inputs_are_those_that_the_task_draws(string name, bool keepsData)
    {
        var task = s_tasks[name];
        using var maker = new InputMaker(devices.Fast);
        maker.Keep(task.Datasets, keepsData ? long.MaxValue : 0);
        maker.KeptBytes.ShouldBe(keepsData ? sizeof(float) * task.Datasets.Distinct().Sum(dataset => (long)dataset.Images.Length) : 0);
        // Two of three pairs go on in the middle of their episodes.
        var wave = new PopulationWave([.. Enumerable.Range(0, 6).Select(pair => new PopulationPart(pair, 0, From: pair % 3, To: pair % 3 + 5, 0, pair % 3 == 0, 2))]);
        var (recipes, computed) = (Draw(defers: true), Draw(defers: false));
        recipes.ShouldAllBe(episode => episode.Recipe != null);
        using var inputs = devices.Fast.Accelerator.Allocate1D<float>(wave.Parts.Length * wave.Count * task.InputSize);
        maker.Make(wave, recipes, task.InputSize, inputs.View);

        var made = inputs.GetAsArray1D();
        for (var p = 0; p < wave.Parts.Length; p++)
        {
            recipes[p].Classes.AsSpan(0, Length).SequenceEqual(computed[p].Classes.AsSpan(0, Length)).ShouldBeTrue();
            (recipes[p].Length, recipes[p].InputSize, recipes[p].OutputSize).ShouldBe((Length, task.InputSize, task.OutputSize));
            var (actual, expected) = (made.AsSpan(p * wave.Count * task.InputSize, wave.Count * task.InputSize).ToArray(), computed[p].Inputs.AsSpan(wave.Parts[p].From * task.InputSize, wave.Count * task.InputSize).ToArray());
            if (!name.Contains("projection") && name != "mixed") actual.ShouldBe(expected);
            else for (var i = 0; i < expected.Length; i++) actual[i].ShouldBe(expected[i], 1e-6 * Math.Max(1, Math.Abs(expected[i])));
        }

        List<EpisodeData> Draw(bool defers) => [.. wave.Parts.Select(part => Drawn(task, (uint)part.Index, defers))];
    }

    [Fact]
    public void Whoever_looks_at_inputs_finds_them_computed()
    {
        foreach (var task in s_tasks.Values.Append(new TransformedTask(s_digits, new RandomPixels(5), new Doubling(), new RandomProjection(3))))
        {
            var (lazy, computed) = (Drawn(task, 3, defers: true), Drawn(task, 3, defers: false));
            lazy.Inputs.AsSpan(0, Length * task.InputSize).SequenceEqual(computed.Inputs.AsSpan(0, Length * task.InputSize)).ShouldBeTrue(task.ToString());
            lazy.InputSize.ShouldBe(task.InputSize);
            lazy.Recipe.ShouldBeNull();
        }
    }

    [Fact]
    public void Data_sets_that_are_not_wanted_any_more_are_given_back()
    {
        using var maker = new InputMaker(devices.Fast);
        maker.Keep(s_digits.Datasets, long.MaxValue);
        maker.KeptBytes.ShouldBeGreaterThan(0);
        maker.Keep(s_vectors.Datasets, long.MaxValue);
        maker.KeptBytes.ShouldBe(0);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(0)]
    public void What_the_device_does_not_make_is_computed_by_those_who_draw(long mostBytes)
    {
        using var maker = new InputMaker(devices.Fast);
        maker.Keep(s_digits.Datasets, mostBytes);
        var request = new PopulationRequest { Seed = 1, Iteration = 0, Theta = new float[1], NoiseStd = 0.1f, PairCount = 3, Episodes = new EpisodeSource(s_digits, Length), Length = Length };
        var wave = new PopulationWave([.. Enumerable.Range(0, 3).Select(pair => new PopulationPart(pair, 0, From: 0, To: Length, 0, true, 2))]);
        var data = new WaveData();
        data.Draw(request, wave, maker, threads: 2, CancellationToken.None);
        data.Episodes.ShouldAllBe(episode => episode.Recipe != null == maker.Makes(episode));
        data.Episodes.ShouldAllBe(episode => maker.Makes(episode) == mostBytes > 0);
    }

    private static EpisodeData Drawn(TaskDescription task, uint pair, bool defers)
    {
        var episode = new EpisodeData(defers);
        // A buffer that has held another episode.
        var random = new CounterRandom(5, RandomStream.Task, 1, pair);
        task.Sample(ref random, Length, episode);
        random = new CounterRandom(5, RandomStream.Task, 0, pair);
        task.Sample(ref random, Length, episode);
        return episode;
    }

    private sealed record Doubling : EpisodeTransform
    {
        public override void Apply(ref CounterRandom random, EpisodeData episode)
        {
            var inputs = episode.Inputs;
            for (var i = 0; i < episode.Length * episode.InputSize; i++) inputs[i] *= 2;
        }
    }
}
