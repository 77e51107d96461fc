using Vsml.Numerics;

namespace Vsml.Tests.Numerics;

public class CounterRandomTests
{
    [Fact]
    public void WordsAreThoseOfSuccessiveBlocks()
    {
        var random = new CounterRandom(42, RandomStream.Task, 1, 2, 3);
        var key = new RandomKey(42, RandomStream.Task, 1, 2, 3);
        for (uint block = 0; block < 3; block++)
        {
            var (x0, x1, x2, x3) = Philox.Block(key, block);
            (random.NextUInt32(), random.NextUInt32(), random.NextUInt32(), random.NextUInt32()).ShouldBe((x0, x1, x2, x3));
        }
    }

    [Fact]
    public void AFillBeginsWithAFreshBlockAndTakesEightForEvery32()
    {
        var key = new RandomKey(42, RandomStream.Task, 1, 2);
        var random = new CounterRandom(key);
        random.NextUInt32();
        var normals = new float[33];
        random.FillNormal(normals);
        for (var i = 0; i < normals.Length; i++) normals[i].ShouldBe(NormalNoise.At(key, i, firstBlock: 1));
        random.NextUInt32().ShouldBe(Philox.Block(key, 17).X0);

        var truncated = new float[5];
        random.FillTruncatedNormal(truncated);
        for (var i = 0; i < truncated.Length; i++) truncated[i].ShouldBe(TruncatedNormalNoise.At(key, i, firstBlock: 18));

        var uniform = new float[40];
        random.FillUniform(uniform, -1f, 1f);
        for (var i = 0; i < uniform.Length; i++) uniform[i].ShouldBe(-1f + 2f * UniformNoise.At(key, i, firstBlock: 26));
        uniform[9].ShouldBe(-1f + 2f * ((Philox.Block(key, 27).X1 >> 8) / 16777216f));
        uniform[39].ShouldBe(-1f + 2f * ((Philox.Block(key, 41).X0 >> 8) / 16777216f));
        random.NextUInt32().ShouldBe(Philox.Block(key, 42).X0);
    }

    [Fact]
    public void StreamsIterationsPairsAndPartsDiffer()
    {
        var firsts = new List<uint>();
        foreach (var stream in Enum.GetValues<RandomStream>())
            for (uint iteration = 0; iteration < 3; iteration++)
                for (uint pair = 0; pair < 3; pair++)
                    for (uint sub = 0; sub < 3; sub++)
                        firsts.Add(new CounterRandom(1, stream, iteration, pair, sub).NextUInt32());
        firsts.Distinct().Count().ShouldBe(firsts.Count);
    }

    [Fact]
    public void IntegersAreUniform()
    {
        var random = new CounterRandom(7, RandomStream.Task, 0, 0);
        const int draws = 70_000, sides = 7;
        var counts = new int[sides];
        for (var i = 0; i < draws; i++) counts[random.NextInt(sides)]++;
        foreach (var count in counts) ((double)count).ShouldBe(draws / (double)sides, 5 * Math.Sqrt(draws / sides));
        random.NextInt(1).ShouldBe(0);
        Should.Throw<ArgumentOutOfRangeException>(() => random.NextInt(0));
    }

    // Three quarters of the range must not share two quarters of the words.
    [Fact]
    public void IntegersOfALargeRangeAreUnbiased()
    {
        var random = new CounterRandom(7, RandomStream.Task, 0, 1);
        const int range = 3 << 29, draws = 30_000;
        var low = 0;
        for (var i = 0; i < draws; i++)
            if (random.NextInt(range) % 3 == 0) low++;
        low.ShouldBeInRange(draws / 3 - 5 * 82, draws / 3 + 5 * 82);
    }

    [Fact]
    public void UniformsFillTheirRange()
    {
        var random = new CounterRandom(7, RandomStream.Task, 0, 2);
        var values = Enumerable.Range(0, 100_000).Select(_ => random.NextUniform(-2f, 6f)).ToArray();
        values.Min().ShouldBeInRange(-2f, -1.99f);
        values.Max().ShouldBeInRange(5.99f, 6f);
        values.Average(v => (double)v).ShouldBe(2.0, 5 * 8 / Math.Sqrt(12 * 100_000));
    }

    [Fact]
    public void SingleNormalsHaveTheRightVariance()
    {
        var random = new CounterRandom(7, RandomStream.Task, 0, 3);
        var values = Enumerable.Range(0, 100_000).Select(_ => (double)random.NextNormal()).ToArray();
        values.Average().ShouldBe(0, 5 / Math.Sqrt(100_000));
        values.Average(v => v * v).ShouldBe(1, 5 * Math.Sqrt(2.0 / 100_000));
        Enumerable.Range(0, 10_000).Max(_ => Math.Abs(random.NextTruncatedNormal())).ShouldBeInRange(1.9f, 2f);
    }

    [Fact]
    public void ShuffleGivesEveryOrderEquallyOften()
    {
        var random = new CounterRandom(7, RandomStream.Task, 0, 4);
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < 24_000; i++)
        {
            var items = "abcd".ToCharArray();
            random.Shuffle(items.AsSpan());
            var order = new string(items);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }
        counts.Count.ShouldBe(24);
        foreach (var count in counts.Values) count.ShouldBeInRange(1000 - 5 * 32, 1000 + 5 * 32);
    }
}
