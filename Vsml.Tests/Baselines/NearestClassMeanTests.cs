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
        for (var t = 0; t < 200; t++)
        {
            var input = Enumerable.Range(0, 5).Select(_ => random.NextSingle() * 2 - 1).ToArray();
            var label = random.Next(t < 50 ? 3 : 4);
            var prediction = learner.Learn(input, label).Prediction;
            var distances = seen.Select(examples => examples.Count == 0 ? double.PositiveInfinity
                : Enumerable.Range(0, 5).Sum(i => Math.Pow(input[i] - examples.Average(example => example[i]), 2))).ToArray();
            if (t > 0) prediction.Class.ShouldBe(Array.IndexOf(distances, distances.Min()));
            if (t < 50) prediction.Logits[3].ShouldBe(float.NegativeInfinity);
            seen[label].Add(input);
        }
    }
}
