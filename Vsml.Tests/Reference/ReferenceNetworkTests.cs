using Vsml.Reference;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Reference;

public class ReferenceNetworkTests
{
    private static readonly Architecture Deep = new()
    {
        StateSize = 5,
        MessageSize = 3,
        Layers = new(new LayerSpec[] { new DenseLayerSpec(3, 4), new DenseLayerSpec(4, 2) }),
        LearnedInitialCell = true,
        LayerwiseParameters = true,
    };

    [Fact]
    public void PredictGivesTheNextOutputAndStoresNothing()
    {
        var episode = SmallNetworks.RandomEpisode(Deep, seed: 1, length: 6, batch: 2);
        var (plain, asked) = (NetworkOf(episode), NetworkOf(episode));
        for (var t = 0; t < episode.Length; t++)
        {
            var inputs = episode.Inputs.AsSpan(t * 6, 6);
            var labels = episode.Labels.AsSpan(t * 4, 4);
            asked.Predict(episode.Inputs.AsSpan((5 - t) * 6, 6));
            var prediction = asked.Predict(inputs);
            prediction.ShouldBe(asked.Step(inputs, labels).Logits);
            plain.Step(inputs, labels).Logits.ShouldBe(prediction);
        }
        asked.Cells(1).ToArray().ShouldBe(plain.Cells(1).ToArray());
    }

    [Fact]
    public void StepsAndEpisodeAgree()
    {
        var episode = SmallNetworks.RandomEpisode(Deep, seed: 2, length: 5);
        var trace = episode.Run();
        var network = NetworkOf(episode);
        for (var t = 0; t < episode.Length; t++)
        {
            var output = network.Step(episode.Inputs.AsSpan(t * 3, 3), episode.Labels.AsSpan(t * 2, 2));
            output.Losses.ShouldBe([trace.Losses[t]]);
            output.Logits.ShouldBe(trace.Logits.AsSpan(t * 2, 2).ToArray());
        }
        network.Hidden(0).ToArray().ShouldBe(trace.Hidden[0]);
        network.Cells(1).ToArray().ShouldBe(trace.Cells[1]);
    }

    /// <summary>A sum over the root of A is a mean whose messenger is sqrt(A) times as large.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RootMessagesAreMeansOfALargerMessenger(bool norm)
    {
        var mean = Deep with { MessageLayerNorm = norm, Schedule = new() { BackwardSweep = BackwardSweep.Shared } };
        var episode = SmallNetworks.RandomEpisode(mean, seed: 5, length: 4);
        var larger = episode.Theta.ToArray();
        foreach (var name in norm ? new[] { "fwd_norm/scale", "fwd_norm/offset" } : ["fwd/w", "fwd/b"])
        {
            var tensor = ParameterLayout.Of(mean).Find("layer0", name);
            for (var i = 0; i < tensor.Length; i++) larger[tensor.Offset + i] *= Math.Sqrt(3);
        }
        var root = (episode with { Architecture = mean with { MessageScale = MessageScale.Root } }).Run();
        var expected = (episode with { Theta = larger }).Run();
        for (var i = 0; i < root.Logits.Length; i++) root.Logits[i].ShouldBe(expected.Logits[i], 1e-12);
        root.Logits.ShouldNotBe(episode.Run().Logits);
    }

    [Fact]
    public void TheLearnedInitialCellIsAddedToTheCellsOfItsLayers()
    {
        var episode = SmallNetworks.RandomEpisode(Deep, seed: 3, length: 2);
        var learned = ParameterLayout.Of(Deep).Find("layer1", "initial_cell");
        var network = NetworkOf(episode);
        for (var i = 0; i < episode.Cells[1].Length; i++)
            network.Cells(1)[i].ShouldBe(episode.Cells[1][i] + episode.Theta[learned.Offset + i % 5]);
        new ReferenceNetwork(Deep, episode.Theta).Cells(1)[..5].ToArray().ShouldBe(episode.Theta.AsSpan(learned.Offset, 5).ToArray());
    }

    [Fact]
    public void MergingEqualStatesChangesNothing()
    {
        var single = SmallNetworks.RandomEpisode(Deep, seed: 4, length: 1);
        double[] Twice(double[] values) => [.. values, .. values];
        var pair = single with { Batch = 2, Inputs = Twice(single.Inputs), Labels = Twice(single.Labels), Cells = [.. single.Cells.Select(Twice)] };
        var (one, two) = (single.Run(), pair.Run());
        two.Logits.ShouldBe(Twice(one.Logits));
        two.Losses.ShouldBe(Twice(one.Losses));
        two.Cells[0].ShouldBe(Twice(one.Cells[0]));
    }

    [Fact]
    public void WrongLengthsAreRefused()
    {
        var episode = SmallNetworks.RandomEpisode(Deep, seed: 5, length: 2);
        var network = NetworkOf(episode);
        Should.Throw<ArgumentException>(() => new ReferenceNetwork(Deep, new double[3]));
        Should.Throw<ArgumentException>(() => network.Step(new double[2], new double[2]));
        Should.Throw<ArgumentException>(() => network.Step(new double[3], new double[3]));
        Should.Throw<ArgumentException>(() => network.SetCells(0, new double[7]));
        Should.Throw<ArgumentException>(() => (episode with { Inputs = new double[5] }).Run());
        Should.Throw<ArgumentException>(() => (episode with { Cells = [] }).Run());
        Should.Throw<ArgumentException>(() => (episode with { LossWeights = [1] }).Differentiate());
    }

    private static ReferenceNetwork NetworkOf(ReferenceEpisode episode)
    {
        var network = new ReferenceNetwork(episode.Architecture, episode.Theta, episode.Batch);
        for (var l = 0; l < episode.Cells.Length; l++) network.SetCells(l, episode.Cells[l]);
        return network;
    }
}
