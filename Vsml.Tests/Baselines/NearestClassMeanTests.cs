using Vsml.Baselines;

namespace Vsml.Tests.Baselines;

public class NearestClassMeanTests
{
    [Fact]
    public void PredictsTheNearestMeanOfTheClassesSeen()
    {
        var random = new Random(2);
        var learner = new NearestClassMean(5, 4);
        var seen = new List<float[]>[] { [], [], [], [] };
        var logits = new float[4];
        for (var t = 0; t < 200; t++)
        {
            var input = Enumerable.Range(0, 5).Select(_ => random.NextSingle() * 2 - 1).ToArray();
            var label = random.Next(t < 50 ? 3 : 4);
            learner.Learn(input, Enumerable.Range(0, 4).Select(c => c == label ? 1f : 0f).ToArray(), logits);
            var distances = seen.Select(examples => examples.Count == 0 ? double.PositiveInfinity
                : Enumerable.Range(0, 5).Sum(i => Math.Pow(input[i] - examples.Average(example => example[i]), 2))).ToArray();
            if (t > 0) Prediction.Of(logits).ShouldBe(Array.IndexOf(distances, distances.Min()));
            if (t < 50) logits[3].ShouldBe(float.NegativeInfinity);
            seen[label].Add(input);
        }
    }

    [Theory]
    [InlineData(new[] { 1f, 3f, 2f }, 1)]
    [InlineData(new[] { 3f, 3f, 2f }, 0)]
    [InlineData(new[] { float.NaN, 1f, 2f }, 2)]
    [InlineData(new[] { float.NaN, float.NaN }, 0)]
    [InlineData(new[] { float.NegativeInfinity, float.NegativeInfinity }, 0)]
    public void TheFirstLargestOutputIsThePrediction(float[] logits, int expected) => Prediction.Of(logits).ShouldBe(expected);
}
