using System.Globalization;
using Spectre.Console;
using Vsml.Baselines;
using Vsml.Data;
using Vsml.Numerics;

namespace Vsml.Samples;

/// <summary>Streams that change and change back: A, B, A. The classifier beside online SGD, which gets whole-set standardised inputs and its best rate.</summary>
internal static class ChangingStream
{
    private const int Part = 500, Episodes = 8, Classes = 10;

    /// <summary>Accuracies of each third, and of its first 100 examples.</summary>
    public static Table Run()
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in (string[])["stream", "learner", "A", "B", "A again", "B, first 100", "A again, first 100"]) table.AddColumn(column);
        var digits = DatasetCatalogue.Load("digits", DatasetSplit.All);
        var mnist = DatasetCatalogue.Load("mnist").AtSize(8);
        AddRows(table, "digits, labels moved by one, digits", digits, digits, 1);
        AddRows(table, "digits, MNIST 8x8, digits", digits, mnist, 0);
        return table;
    }

    private static void AddRows(Table table, string name, ImageDataset first, ImageDataset second, int shift)
    {
        var streams = Enumerable.Range(0, Episodes).Select(episode => Stream(first, second, shift, episode)).ToList();
        table.AddRow([name, "OnlineClassifier", .. Cells(Mean(streams.Select(Classifier)))]);
        var (a, b) = (first.Standardise(), second.Standardise());
        var standardised = Enumerable.Range(0, Episodes).Select(episode => Stream(a, b, shift, episode)).ToList();
        var best = OnlineOptimizer.LearningRates.Select(rate => Mean(standardised.Select(stream => Sgd(stream, rate)))).MaxBy(parts => parts.Take(3).Sum())!;
        table.AddRow(["", "SGD, best of 13 rates", .. Cells(best)]);
    }

    private static List<(float[] Image, int Label)> Stream(ImageDataset first, ImageDataset second, int shift, int episode)
    {
        var random = new CounterRandom(1, RandomStream.Evaluation, 0, (uint)episode);
        var (a, b) = (Order(first, ref random), Order(second, ref random));
        return
        [
            .. a[..Part].Select(i => (first.Image(i).ToArray(), first.Labels[i])),
            .. b[..Part].Select(i => (second.Image(i).ToArray(), (second.Labels[i] + shift) % Classes)),
            .. a[Part..(2 * Part)].Select(i => (first.Image(i).ToArray(), first.Labels[i])),
        ];
    }

    private static int[] Order(ImageDataset data, ref CounterRandom random)
    {
        int[] order = [.. Enumerable.Range(0, data.Count)];
        random.Shuffle<int>(order);
        return order;
    }

    private static bool[] Classifier(List<(float[] Image, int Label)> stream)
    {
        var classifier = new OnlineClassifier<int>();
        return [.. stream.Select(example => classifier.Learn(example.Image.AsSpan(), example.Label))];
    }

    private static bool[] Sgd(List<(float[] Image, int Label)> stream, float rate)
    {
        var learner = new GradientDescentLearner(stream[0].Image.Length, Classes, new OnlineSgd(rate));
        return [.. stream.Select(example => learner.Learn(example.Image, example.Label).Prediction.Class == example.Label)];
    }

    private static double[] Mean(IEnumerable<bool[]> episodes)
    {
        (int From, int Count)[] parts = [(0, Part), (Part, Part), (2 * Part, Part), (Part, 100), (2 * Part, 100)];
        var all = episodes.ToList();
        return [.. parts.Select(part => all.Average(right => right.Skip(part.From).Take(part.Count).Average(one => one ? 1.0 : 0.0)))];
    }

    private static IEnumerable<string> Cells(double[] accuracies) => accuracies.Select(accuracy => accuracy.ToString("f3", CultureInfo.InvariantCulture));
}
