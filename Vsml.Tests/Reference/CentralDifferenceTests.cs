using Vsml.Reference;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Reference;

/// <summary>The reverse pass against central differences, over all options in pairs.</summary>
public class CentralDifferenceTests
{
    // Twice as far the curvature of layer norm shows in directions that move everything.
    private const double Step = 5e-6;

    [Theory]
    [MemberData(nameof(SmallNetworks.Names), MemberType = typeof(SmallNetworks))]
    public void TheGradientIsThatOfCentralDifferences(string name)
    {
        var network = SmallNetworks.Named(name);
        var episode = SmallNetworks.RandomEpisode(network.Architecture, seed: name.Length, length: 3, network.Batch, softLabels: true);
        Check(episode);
    }

    [Theory]
    [InlineData("last")]
    [InlineData("given")]
    public void TheMetaLossMayWeighExamples(string weights)
    {
        var architecture = new Architecture
        {
            StateSize = 4,
            MessageSize = 3,
            Layers = new(new LayerSpec[] { new DenseLayerSpec(3, 2), new DenseLayerSpec(2, 2) }),
            Schedule = new TickSchedule { BackwardSweep = BackwardSweep.Shared },
        };
        var episode = SmallNetworks.RandomEpisode(architecture, seed: 5, length: 4, batch: 2);
        double[] lossWeights = weights == "last" ? [0, 0, 0, 0, 0, 0, 0.5, 0.5] : [0.1, 0.7, 0, -0.3, 0.2, 0.4, 1, 0];
        Check(episode with { LossWeights = lossWeights });
    }

    [Fact]
    public void LongerEpisodesCarryTheGradientAllTheWay()
    {
        var architecture = new Architecture
        {
            StateSize = 5,
            MessageSize = 3,
            Layers = new(new LayerSpec[] { new DenseLayerSpec(2, 3) }),
            LabelFeedback = true,
        };
        Check(SmallNetworks.RandomEpisode(architecture, seed: 9, length: 30));
    }

    // Single entries of every tensor show where an error is; directions that move everything at once leave none out.
    private static void Check(ReferenceEpisode episode)
    {
        var (trace, gradient) = episode.Differentiate();
        trace.Losses.ShouldBe(episode.Run().Losses);
        var random = new Random(episode.Theta.Length);
        var largest = gradient.Theta.Max(Math.Abs);
        largest.ShouldBeGreaterThan(1e-4);
        foreach (var tensor in ParameterLayout.Of(episode.Architecture).Tensors)
        {
            var i = tensor.Offset + random.Next(tensor.Length);
            gradient.Theta[i].ShouldBe(Difference(episode, Single(episode, episode.Theta, i)), 1e-7 * largest + 1e-10, $"{tensor.Name}, flat index {i}");
        }
        for (var l = 0; l < episode.Cells.Length; l++)
        {
            var i = random.Next(episode.Cells[l].Length);
            gradient.Cells[l][i].ShouldBe(Difference(episode, Single(episode, episode.Cells[l], i)), 1e-7 * largest + 1e-10, $"cell/{l}[{i}]");
        }
        double[][] all = [gradient.Theta, .. gradient.Cells];
        for (var round = 0; round < 4; round++)
        {
            var direction = all.Select(values => values.Select(_ => 2 * random.NextDouble() - 1).ToArray()).ToArray();
            var along = all.Zip(direction, (values, step) => values.Zip(step, (value, part) => value * part).Sum()).Sum();
            var scale = all.Sum(values => values.Sum(Math.Abs));
            along.ShouldBe(Difference(episode, direction), 1e-7 * scale + 1e-10);
        }
    }

    private static double[][] Single(ReferenceEpisode episode, double[] values, int i)
    {
        double[][] direction = [new double[episode.Theta.Length], .. episode.Cells.Select(cells => new double[cells.Length])];
        direction[ReferenceEquals(values, episode.Theta) ? 0 : 1 + Array.IndexOf(episode.Cells, values)][i] = 1;
        return direction;
    }

    private static double Difference(ReferenceEpisode episode, double[][] direction) =>
        (MetaLoss(Moved(episode, direction, Step)) - MetaLoss(Moved(episode, direction, -Step))) / (2 * Step);

    private static ReferenceEpisode Moved(ReferenceEpisode episode, double[][] direction, double by)
    {
        double[] Move(double[] values, double[] along) => [.. values.Zip(along, (value, part) => value + by * part)];
        return episode with { Theta = Move(episode.Theta, direction[0]), Cells = [.. episode.Cells.Select((cells, l) => Move(cells, direction[l + 1]))] };
    }

    private static double MetaLoss(ReferenceEpisode episode)
    {
        var losses = episode.Run().Losses;
        return losses.Select((loss, i) => loss * (episode.LossWeights?[i] ?? 1.0 / losses.Length)).Sum();
    }
}
