using Vsml.Contracts;
using Vsml.Numerics;

namespace Vsml.Tests.Episodes;

public class InitialCellsTests
{
    private static readonly Architecture s_published = new()
    {
        StateSize = 4,
        MessageSize = 2,
        Layers = new([new ConvLayerSpec(2, 2, 1, 1, Kernel: 1, Stride: 1), new DenseLayerSpec(4, 3), new DenseLayerSpec(3, 2)]),
    };

    [Fact]
    public void A_given_scale_takes_the_place_of_the_fan_in()
    {
        var fanIn = Cells(s_published);
        var given = Cells(s_published with { InitialCellScale = new([new(2), InitialCellScale.FanIn, new(0)]) });
        var alone = Cells(s_published with { InitialCellScale = new([new(0.5)]) });

        // A kernel of 1 has fan-in 1, the dense layer of 4 inputs sigma 1/2: factors that round nothing.
        fanIn[0].ShouldContain(value => value != 0);
        given[0].ShouldBe(fanIn[0].Select(value => 2 * value));
        given[1].ShouldBe(fanIn[1]);
        given[2].ShouldAllBe(value => value == 0);
        alone[0].ShouldBe(fanIn[0].Select(value => value / 2));
        alone[1].ShouldBe(fanIn[1]);
    }

    private static float[][] Cells(Architecture architecture)
    {
        var runner = new EpisodeRunner(RuntimeCompiler.Compile(architecture, SimdLevel.Portable), SimdLevel.Portable);
        var random = new CounterRandom(7, RandomStream.Cells, 0, 0);
        runner.InitialiseCells(ref random);
        return [.. Enumerable.Range(0, architecture.Layers.Count).Select(l =>
        {
            var cells = new float[runner.CanonicalFloats(l)];
            runner.GetCells(l, cells);
            return cells;
        })];
    }
}
