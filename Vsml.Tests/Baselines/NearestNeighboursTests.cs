using Vsml.Baselines;

namespace Vsml.Tests.Baselines;

public class NearestNeighboursTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void The_nearest_of_all_examples_vote(int k)
    {
        var random = new Random(k);
        var learner = new NearestNeighbours(9, 4, k);
        var seen = new List<(float[] Input, int Label)>();
        for (var t = 0; t < 300; t++)
        {
            float[] input = [.. Enumerable.Range(0, 9).Select(_ => random.NextSingle() * 2 - 1)];
            var label = random.Next(4);
            var probabilities = new float[4];
            learner.Learn(input, label).Prediction.Probabilities(probabilities);
            var nearest = seen.OrderBy(example => example.Input.Zip(input, (a, b) => (double)(a - b) * (a - b)).Sum()).Take(k).Select(example => example.Label).ToList();
            for (var c = 0; c < 4; c++)
            {
                // A vote, less what a far neighbour lacks; and the part of one that all classes share.
                var votes = nearest.Count(other => other == c);
                var total = nearest.Count + 1;
                probabilities[c].ShouldBeInRange((float)((votes - .25) / total), (float)((votes + .25) / (total - .25)) + 1e-4f);
            }
            seen.Add((input, label));
        }
    }

    [Fact]
    public void Of_as_many_votes_the_nearer_ones_win()
    {
        var learner = new NearestNeighbours(1, 3, neighbours: 4);
        learner.Learn([4], 0);
        learner.Learn([1], 1);
        learner.Learn([-2], 1);
        learner.Learn([-3], 0);
        learner.Predict([0]).Class.ShouldBe(1);
        learner.Predict([4]).Class.ShouldBe(0);
        learner.Learn([0], 2);
        learner.Predict([0]).Class.ShouldBe(1);
    }
}
