using Vsml.Baselines;

namespace Vsml.Tests.Baselines;

public class GaussianNaiveBayesTests
{
    [Theory]
    [InlineData(1e-9f)]
    [InlineData(.1f)]
    public void Outputs_are_log_frequency_times_density_of_the_classes_seen(float smoothing)
    {
        var random = new Random(3);
        var learner = new GaussianNaiveBayes(11, 3, smoothing);
        var seen = new List<float[]>[] { [], [], [] };
        for (var t = 0; t < 120; t++)
        {
            var label = random.Next(t < 40 ? 2 : 3);
            // Inputs of very different means and spreads.
            float[] input = [.. Enumerable.Range(0, 11).Select(i => (float)((random.NextDouble() + label) * (i + 1) + 3 * i))];
            var logits = learner.Learn(input, label).Prediction.Logits.ToArray();
            // A few examples of a class have hardly any variance, and next to it no single precision.
            if (t < 60 && smoothing < .01f) logits = [];
            for (var c = 0; c < logits.Length; c++) ShouldBeClose(logits[c], Expected(seen, c, input, smoothing));
            seen[label].Add(input);
        }
    }

    [Fact]
    public void Examples_that_are_all_alike_are_no_division_by_zero()
    {
        var learner = new GaussianNaiveBayes(4, 2);
        for (var t = 0; t < 3; t++) learner.Learn([1, 2, 3, 4], 1);
        learner.Predict([1, 2, 3, 4]).Class.ShouldBe(1);
        learner.Learn([1, 2, 3, 5], 0);
        learner.Predict([1, 2, 3, 5]).Class.ShouldBe(0);
        learner.Predict([1, 2, 3, 4]).Class.ShouldBe(1);
    }

    private static double Expected(List<float[]>[] seen, int label, float[] input, float smoothing)
    {
        var all = seen.SelectMany(examples => examples).ToList();
        if (seen[label].Count == 0) return double.NegativeInfinity;
        var least = smoothing * Enumerable.Range(0, input.Length).Max(i => Variance(all, i));
        if (least == 0) least = 1;
        return Math.Log((double)seen[label].Count / all.Count) - .5 * Enumerable.Range(0, input.Length).Sum(i =>
        {
            var variance = Variance(seen[label], i) + least;
            return Math.Log(variance) + Math.Pow(input[i] - seen[label].Average(example => (double)example[i]), 2) / variance;
        });
    }

    private static double Variance(List<float[]> examples, int input)
    {
        var mean = examples.Average(example => (double)example[input]);
        return examples.Average(example => Math.Pow(example[input] - mean, 2));
    }

    private static void ShouldBeClose(float actual, double expected)
    {
        if (double.IsInfinity(expected)) actual.ShouldBe((float)expected);
        else actual.ShouldBe((float)expected, (float)(1e-3 * Math.Abs(expected) + 1e-3));
    }
}
