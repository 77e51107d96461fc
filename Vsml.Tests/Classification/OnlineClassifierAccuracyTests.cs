using Vsml.Data;
using Vsml.Tests.Fixtures;
using Xunit.Abstractions;

namespace Vsml.Tests.Classification;

/// <summary>How well it learns the UCI digits while columns, classes and features change.</summary>
public class OnlineClassifierAccuracyTests(ITestOutputHelper output)
{
    private const int Pixels = 64, HeldOut = 397;
    private static readonly ImageDataset s_digits = DatasetCatalogue.Load("digits", DatasetSplit.All);
    private static readonly int[] s_order = Shuffled([.. Enumerable.Range(0, s_digits.Count)], seed: 1);

    [Fact]
    public void The_order_of_columns_changes_nothing_but_rounding()
    {
        var columns = Shuffled([.. Enumerable.Range(0, Pixels)], seed: 2);
        var (straight, permuted) = (new OnlineClassifier<int>(), new OnlineClassifier<int>());
        for (var t = 0; t < 300; t++)
        {
            var pixels = Image(t).ToArray();
            float[] moved = [.. columns.Select(column => pixels[column])];
            if (t > 0)
            {
                var expected = straight.PredictProbabilities(pixels).ToArray();
                var actual = permuted.PredictProbabilities(moved).ToArray();
                for (var b = 0; b < expected.Length; b++) actual[b].ShouldBe(expected[b], 1e-3f);
            }
            straight.Learn(pixels, Label(t));
            permuted.Learn(moved, Label(t));
        }
    }

    [Fact]
    public void A_class_that_comes_late_is_learned_as_well_as_one_that_was_there()
    {
        double late = 0, early = 0;
        for (var digit = 0; digit < 10; digit++)
        {
            int[] all = [.. Enumerable.Range(0, s_digits.Count - HeldOut)];
            int[] others = [.. all.Where(t => Label(t) != digit)];
            // 500 without it, then 100 of its own among the others.
            int[] after = Shuffled([.. all.Where(t => Label(t) == digit).Take(100), .. others.Skip(500)], seed: digit);
            late += Recall([.. others.Take(500), .. after], digit);
            early += Recall(Shuffled([.. others.Take(500), .. after], seed: 20 + digit), digit);
        }
        output.WriteLine($"late {late / 10:f3}, from the start {early / 10:f3}");
        (late / 10).ShouldBeGreaterThan(early / 10 - .02);
    }

    [Fact]
    public void Two_layers_learn_what_no_weighing_of_features_tells()
    {
        var random = new Random(5);
        var (online, deep) = (new OnlineClassifier<bool>(), new OnlineClassifier<bool>(MetaParameters.Shipped("deep")));
        for (var t = 0; t < 400; t++)
        {
            var (x, y) = ((float)(random.NextDouble() - .5), (float)(random.NextDouble() - .5));
            online.Learn([x, y], x * y > 0);
            deep.Learn([x, y], x * y > 0);
        }
        output.WriteLine($"online {online.RecentProgress.Accuracy:f3}, deep {deep.RecentProgress.Accuracy:f3}");
        online.RecentProgress.Accuracy.ShouldBeLessThan(.65);
        deep.RecentProgress.Accuracy.ShouldBeGreaterThan(.85);
    }

    [Fact]
    public void Two_layers_learn_the_digits_and_the_hidden_one_learns_with_them()
    {
        var deep = MetaParameters.Shipped("deep");
        var narrow = deep.Architecture with { Layers = new([new DenseLayerSpec(Pixels, 48), new DenseLayerSpec(48, 10)]) };
        // Without the error that the output layer sends, hidden features stay as they began.
        var values = deep.Values.ToArray();
        var sent = deep.Layout.Find("backward1", "bwd/w");
        values.AsSpan(sent.Offset, sent.Length).Clear();
        var (all, outputOnly) = (Run(new MetaParameters(narrow, deep.Values)), Run(new MetaParameters(narrow, values)));
        output.WriteLine($"both layers {all:f3}, output layer only {outputOnly:f3}");
        all.ShouldBeGreaterThan(.85);
        all.ShouldNotBe(outputOnly);

        static double Run(MetaParameters theta)
        {
            var classifier = new OnlineClassifier<int>(theta, new() { Window = 300 });
            for (var t = 0; t < 800; t++) classifier.Learn(Image(t), Label(t));
            return classifier.RecentProgress.Accuracy;
        }
    }

    [Fact]
    public void A_fifth_of_the_features_can_be_replaced()
    {
        var replaced = Shuffled([.. Enumerable.Range(0, Pixels)], seed: 3).Take(Pixels / 5).ToHashSet();
        double without = 0, with = 0;
        for (var episode = 0; episode < 4; episode++)
        {
            var order = Shuffled([.. Enumerable.Range(0, s_digits.Count)], seed: 10 + episode);
            without += Accuracy(order, _ => false);
            with += Accuracy(order, replaced.Contains);
        }
        output.WriteLine($"replaced {with / 4:f3}, not {without / 4:f3}");
        (with / 4).ShouldBeGreaterThan(without / 4 - .05);

        // At example 500 some features vanish and others come; accuracy over the examples from 1,000 on.
        static double Accuracy(int[] order, Func<int, bool> isReplaced)
        {
            var classifier = new OnlineClassifier<int>();
            var right = 0;
            for (var t = 0; t < 1500; t++)
            {
                var pixels = s_digits.Image(order[t]).ToArray();
                var features = pixels.Select((pixel, i) => KeyValuePair.Create(t >= 500 && isReplaced(i) ? $"new {i}" : $"pixel {i}", pixel)).ToDictionary();
                var isRight = classifier.Learn(features, s_digits.Labels[order[t]]);
                if (t >= 1000 && isRight) right++;
            }
            return right / 500.0;
        }
    }

    private static double Recall(int[] examples, int digit)
    {
        var classifier = new OnlineClassifier<int>();
        foreach (var t in examples) classifier.Learn(Image(t), Label(t));
        int[] queries = [.. Enumerable.Range(s_digits.Count - HeldOut, HeldOut).Where(t => Label(t) == digit)];
        return queries.Average(t => classifier.Predict(Image(t)) == digit ? 1.0 : 0.0);
    }

    private static ReadOnlySpan<float> Image(int t) => s_digits.Image(s_order[t]);

    private static int Label(int t) => s_digits.Labels[s_order[t]];

    private static T[] Shuffled<T>(T[] items, int seed)
    {
        new Random(seed).Shuffle(items);
        return items;
    }
}
