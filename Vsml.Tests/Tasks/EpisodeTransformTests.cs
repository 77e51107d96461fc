using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Tests.Tasks;

public class EpisodeTransformTests
{
    private static readonly ImageTask Images = new() { Size = 8 };

    private static EpisodeData Draw(TaskDescription task, int length = 30, uint pair = 0)
    {
        var random = new CounterRandom(1, RandomStream.Task, 0, pair);
        return task.Sample(ref random, length);
    }

    private static (EpisodeData Before, EpisodeData After, CounterRandom Random) Transformed(EpisodeTransform transform, int length = 30, uint pair = 0)
    {
        var random = new CounterRandom(1, RandomStream.Task, 0, pair);
        var before = Images.Sample(ref random, length);
        return (before, Draw(new TransformedTask(Images, transform), length, pair), random);
    }

    [Theory]
    [InlineData(16, 20)]
    [InlineData(64, 31)]
    [InlineData(1, 1)]
    [InlineData(37, 6)]
    public void AProjectionIsTheSumInOrder(int outputs, int length)
    {
        var (before, after, random) = Transformed(new RandomProjection(outputs), length);
        after.InputSize.ShouldBe(outputs);
        var matrix = new float[64 * outputs];
        var limit = MathF.Sqrt(3f / 64);
        random.FillUniform(matrix, -limit, limit);
        matrix.ShouldAllBe(weight => weight >= -limit && weight < limit);
        for (var t = 0; t < length; t++)
            for (var o = 0; o < outputs; o++)
            {
                var sum = 0f;
                for (var i = 0; i < 64; i++)
                {
                    var product = before.Input(t)[i] * matrix[i * outputs + o];
                    sum += product;
                }
                after.Input(t)[o].ShouldBe(sum);
            }
        after.Classes.ShouldBe(before.Classes);
    }

    [Fact]
    public void AProjectionKeepsTheVarianceAndIsFreshInEveryEpisode()
    {
        var task = new TransformedTask(new RandomTask { Inputs = 100 }, new RandomProjection(30));
        var first = Draw(task, 20);
        var squares = 0.0;
        for (uint pair = 0; pair < 50; pair++)
            squares += Draw(task, 20, pair).Inputs.AsSpan(0, 600).ToArray().Sum(value => (double)value * value) / 600;
        (squares / 50).ShouldBe(1, .06);
        Draw(task, 20, 1).Inputs.ShouldNotBe(first.Inputs);
    }

    [Fact]
    public void AFixedProjectionIsOneMatrixOfThePublishedLimit()
    {
        var projection = new FixedProjection(5);
        var columns = new List<float[]>();
        for (uint pair = 0; pair < 3; pair++)
        {
            var (before, after, _) = Transformed(projection, 20, pair);
            // Solving is not needed: the projection is linear and the same, so equal mixtures of inputs give equal mixtures of outputs.
            var input = before.Input(0).ToArray();
            columns.Add([.. input, .. after.Input(0)]);
        }
        var again = Transformed(projection, 20, 0).After;
        again.Input(0).ToArray().ShouldBe(columns[0][64..]);
        Transformed(new FixedProjection(6), 20, 0).After.Input(0).ToArray().ShouldNotBe(columns[0][64..]);

        var unit = new EpisodeData();
        unit.Reshape(4, 4, 1);
        for (var t = 0; t < 4; t++)
        {
            unit.Inputs.AsSpan(t * 4, 4).Clear();
            unit.Inputs[t * 4 + t] = 1;
        }
        var random = new CounterRandom(0, RandomStream.Task, 0, 0);
        projection.Apply(ref random, unit);
        var limit = Math.Sqrt(6.0 / 8) + 1e-6;
        unit.Inputs.AsSpan(0, 16).ToArray().ShouldAllBe(weight => Math.Abs(weight) <= limit);
        unit.Inputs.AsSpan(0, 16).ToArray().Distinct().Count().ShouldBe(16);
        random.NextUInt32().ShouldBe(new CounterRandom(0, RandomStream.Task, 0, 0).NextUInt32());
    }

    [Fact]
    public void RandomPixelsAreTheSameOnesThroughoutAnEpisode()
    {
        var chosen = new HashSet<int>();
        for (uint pair = 0; pair < 30; pair++)
        {
            var (before, after, _) = Transformed(new RandomPixels(16), 200, pair);
            after.InputSize.ShouldBe(16);
            var origins = new List<int>();
            for (var i = 0; i < 16; i++)
            {
                var candidates = Enumerable.Range(0, 64).Where(pixel => Enumerable.Range(0, 200).All(t => before.Input(t)[pixel] == after.Input(t)[i])).ToList();
                candidates.ShouldNotBeEmpty();
                if (candidates.Count == 1) origins.Add(candidates[0]);
            }
            origins.Distinct().Count().ShouldBe(origins.Count);
            chosen.UnionWith(origins);
        }
        chosen.Count.ShouldBeGreaterThan(45);
    }

    [Fact]
    public void AFixedPermutationReordersTheSameWayAlways()
    {
        var permutation = new FixedPermutation(3);
        int[]? order = null;
        var numbered = new EpisodeData();
        for (var pass = 0; pass < 2; pass++)
        {
            numbered.Reshape(1, 50, 2);
            for (var i = 0; i < 50; i++) numbered.Inputs[i] = i;
            var random = new CounterRandom(1, RandomStream.Task, 0, (uint)pass);
            permutation.Apply(ref random, numbered);
            var now = numbered.Input(0).ToArray().Select(value => (int)value).ToArray();
            now.Order().ShouldBe(Enumerable.Range(0, 50));
            now.ShouldNotBe(Enumerable.Range(0, 50));
            order ??= now;
            now.ShouldBe(order);
        }
    }

    [Fact]
    public void LabelsArePermutedConsistentlyWithinAnEpisodeOnly()
    {
        var names = new HashSet<string>();
        for (uint pair = 0; pair < 10; pair++)
        {
            var (before, after, _) = Transformed(new LabelPermutation(), 300, pair);
            var name = new int?[10];
            for (var t = 0; t < 300; t++)
            {
                name[before.Classes[t]] ??= after.Classes[t];
                after.Classes[t].ShouldBe(name[before.Classes[t]]!.Value);
            }
            name.Order().ShouldBe(Enumerable.Range(0, 10).Select(c => (int?)c));
            names.Add(string.Join(",", name));
            after.Inputs.ShouldBe(before.Inputs);
        }
        names.Count.ShouldBe(10);
    }

    [Fact]
    public void PaddingAddsZerosAndUnusedClasses()
    {
        var (before, after, _) = Transformed(new Padding(70, 12));
        (after.InputSize, after.OutputSize).ShouldBe((70, 12));
        for (var t = 0; t < 30; t++)
        {
            after.Input(t)[..64].SequenceEqual(before.Input(t)).ShouldBeTrue();
            after.Input(t)[64..].ToArray().ShouldAllBe(value => value == 0);
        }
        Transformed(new Padding()).After.InputSize.ShouldBe(64);
    }

    [Fact]
    public void PaddedClassesTakePartInALaterPermutation()
    {
        var task = new TransformedTask(Images, new Padding(0, 12), new LabelPermutation());
        Enumerable.Range(0, 10).SelectMany(pair => Draw(task, 30, (uint)pair).Classes.Take(30)).Max().ShouldBe(11);
    }

    [Fact]
    public void ScaleJitterIsOneFactorAnEpisode()
    {
        var factors = new List<double>();
        for (uint pair = 0; pair < 40; pair++)
        {
            var (before, after, _) = Transformed(new InputScaleJitter(), 5, pair);
            var factor = after.Inputs[30] / before.Inputs[30];
            for (var i = 0; i < 320; i++) after.Inputs[i].ShouldBe(before.Inputs[i] * factor, 1e-5f);
            factors.Add(Math.Log(factor));
        }
        factors.ShouldAllBe(logarithm => Math.Abs(logarithm) < .501);
        factors.Min().ShouldBeLessThan(-.3);
        factors.Max().ShouldBeGreaterThan(.3);
    }
}
