using VerifyXunit;
using Vsml.Generators.Planning;

namespace Vsml.Tests.Planning;

/// <summary>How CPUs store a network: nothing overlaps, nothing is left out, nothing wraps.</summary>
public class CpuPlanTests
{
    private static readonly Architecture EveryOption = new()
    {
        StateSize = 7,
        MessageSize = 3,
        Layers = new([new ConvLayerSpec(7, 6, 1, 3, Kernel: 3, Stride: 2), new DenseLayerSpec(36, 33), new DenseLayerSpec(33, 5)]),
        Schedule = new() { MicroTicks = new([1, 2, 3]), TicksPerExample = 2, BackwardSweep = BackwardSweep.Separate },
        LayerwiseParameters = true,
        MessageLayerNorm = true,
        PositionFeatures = true,
        LearnedInitialCell = true,
    };

    private static readonly Architecture Plain = new() { Layers = new([new DenseLayerSpec(784, 10)]) };

    [Fact]
    public Task Every_option_is_printed() => Verifier.Verify(Plan(EveryOption).ToString(), "txt").UseDirectory("Verified");

    [Fact]
    public Task One_layer_is_printed() => Verifier.Verify(Plan(Plain).ToString(), "txt").UseDirectory("Verified");

    /// <summary>Every float of theta that sweeps read is packed once for dense layers and, but for the norms, once for convolutions; no two share a place.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Packing_takes_everything_and_overwrites_nothing(bool everyOption)
    {
        var plan = Plan(everyOption ? EveryOption : Plain);
        var theta = plan.Network.Theta;
        var (reads, writes) = (new int[theta.Groups[0].Length], new int[plan.Theta.GroupFloats]);
        foreach (var move in plan.Theta.GateMoves)
            for (var row = 0; row < move.Rows; row++)
                for (var gate = 0; gate < 4; gate++)
                    for (var unit = 0; unit < plan.StateSize; unit++)
                    {
                        reads[move.From + (row * 4 + gate) * plan.StateSize + unit]++;
                        writes[move.To + row * move.RowStep + gate * move.GateStep + unit * move.UnitStep]++;
                    }
        foreach (var move in plan.Theta.RowMoves)
            for (var row = 0; row < move.Rows; row++)
                for (var column = 0; column < move.Columns; column++)
                {
                    reads[move.From + row * move.Columns + column]++;
                    writes[move.To + row * move.RowStep + column]++;
                }

        writes.ShouldAllBe(count => count <= 1);
        var norms = new[] { theta.Forward.Scale, theta.Forward.Offset, theta.Backward.Scale, theta.Backward.Offset }.Where(offset => offset >= 0)
            .SelectMany(offset => Enumerable.Range(offset, plan.MessageSize)).ToHashSet();
        for (var i = 0; i < reads.Length; i++)
            reads[i].ShouldBe(i >= theta.InitialCell && theta.InitialCell >= 0 ? 0 : norms.Contains(i) ? 1 : 2, $"float {i}");
    }

    /// <summary>The kernel of all forward sweeps reads what the first one reads, error and label, and sends what the last one sends, the output.</summary>
    [Fact]
    public void One_kernel_serves_all_forward_sweeps()
    {
        var plan = Plan(EveryOption with { Schedule = new() { TicksPerExample = 3 } });
        plan.ForwardTurns[^1].Outputs.Reads.Origin.ShouldBe(MessageOrigin.Feedback);
        plan.ForwardTurns[^1].Outputs.Sends.Entries.ShouldBe(1);
        plan.ForwardTurns.ShouldAllBe(turn => turn.MergesBatch);
    }

    [Theory]
    [InlineData(20, 10, LaneAxis.Inputs, 2, 4, 10)] // as many either way, so the longer one
    [InlineData(784, 10, LaneAxis.Inputs, 49, 16, 10)]
    [InlineData(10, 784, LaneAxis.Outputs, 49, 16, 10)]
    [InlineData(16, 16, LaneAxis.Inputs, 1, 16, 16)]
    [InlineData(17, 16, LaneAxis.Outputs, 1, 16, 17)]
    [InlineData(33, 7, LaneAxis.Inputs, 3, 1, 7)]
    [InlineData(100, 16, LaneAxis.Outputs, 1, 16, 100)] // the longer one would waste one in nine
    [InlineData(1000, 16, LaneAxis.Inputs, 63, 8, 16)] // one in 125
    [InlineData(16, 50257, LaneAxis.Outputs, 3142, 1, 16)]
    public void Lanes_are_the_longer_axis_unless_it_wastes_many(int inputs, int outputs, LaneAxis axis, int blocks, int lastLanes, int loops)
    {
        var layer = Plan(new Architecture { Layers = new([new DenseLayerSpec(inputs, outputs)]) }).Layers[0];
        (layer.Axis, layer.BlockCount, layer.LastLanes, layer.Loops.Number).ShouldBe((axis, blocks, lastLanes, loops));
    }

    [Fact]
    public void Sizes_that_no_array_can_hold_do_not_wrap()
    {
        var huge = new Architecture { Layers = new([new ConvLayerSpec(30000, 30000, 1, 8, Kernel: 3, Stride: 1), new DenseLayerSpec(1, 1)]) };
        Should.Throw<OverflowException>(() => Plan(huge).ScratchFloats);
        Should.Throw<OverflowException>(() => Plan(huge).AdjointScratchFloats(16));
        var wide = new Architecture { StateSize = 128, Layers = new([new DenseLayerSpec(1 << 20, 1 << 20)]) };
        Should.Throw<OverflowException>(() => Plan(wide).ScratchFloatsPerExample);
    }

    /// <summary>The largest networks of several forms that break no rule: nothing that their memory is made of is more than an array holds.</summary>
    [Theory]
    [InlineData(1, 128, 16)]
    [InlineData(1, 128, 46_000)]
    [InlineData(1, 1, 1)]
    [InlineData(16, 8, 10)]
    [InlineData(16, 8, 11_000)]
    [InlineData(128, 128, 959)]
    [InlineData(128, 128, 4_000)]
    public void What_the_rules_admit_fits_arrays(int stateSize, int messageSize, int inputs)
    {
        var outputs = Largest(size => ArchitectureRules.Check(Dense(size)).All(problem => problem.IsWarning));
        outputs.ShouldBeGreaterThan(inputs / 2);
        var architecture = Dense(outputs);
        var plan = Plan(architecture);
        var most = Array.MaxLength - Blocks.Lanes;
        plan.ScratchFloats.ShouldBeLessThanOrEqualTo(most - plan.ScratchFloatsPerExample);
        plan.AdjointScratchFloats(Blocks.Pad(stateSize)).ShouldBeLessThanOrEqualTo(most);
        var layer = plan.Layers[0];
        ((long)Blocks.Pad(layer.Lanes).Number * layer.Loops.Number * stateSize).ShouldBeLessThanOrEqualTo(most);
        foreach (var turn in plan.Turns)
            foreach (var side in new[] { turn.Inputs, turn.Outputs }) Math.Max(side.ReadFloats.Number, side.SentFloats.Number).ShouldBeLessThanOrEqualTo(most);

        Architecture Dense(int size) => new()
        {
            StateSize = stateSize,
            MessageSize = messageSize,
            MessageLayerNorm = true,
            OutputIndex = 0,
            Layers = new([new DenseLayerSpec(inputs, size), new DenseLayerSpec(size, 1)]),
            Schedule = new() { MicroTicks = new([64]), BackwardSweep = BackwardSweep.Separate },
        };
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(16, 8)]
    [InlineData(128, 128)]
    public void Meta_parameters_of_all_layers_that_the_rules_admit_fit_arrays(int stateSize, int messageSize)
    {
        // So many layers of so few sub-RNNs are no trouble to count.
        var layers = Largest(count => ArchitectureRules.Check(Deep(count)).All(problem => problem.IsWarning), most: 1 << 20);
        layers.ShouldBeGreaterThan(100);
        // The sums of theta's gradient are 16 for each parameter.
        var one = Deep(1);
        var groups = 2L * layers;
        (groups / 2 * ParameterLayout.Of(one).Count * Blocks.Lanes).ShouldBeLessThanOrEqualTo(Array.MaxLength - Blocks.Lanes);
        (groups * Plan(one).Theta.GroupFloats).ShouldBeLessThanOrEqualTo(Array.MaxLength - Blocks.Lanes);

        Architecture Deep(int count) => new()
        {
            StateSize = stateSize,
            MessageSize = messageSize,
            OutputIndex = 0,
            LayerwiseParameters = true,
            MessageLayerNorm = true,
            PositionFeatures = true,
            LearnedInitialCell = true,
            Schedule = new() { BackwardSweep = BackwardSweep.Separate },
            Layers = new(Enumerable.Repeat<LayerSpec>(new DenseLayerSpec(1, 1), count)),
        };
    }

    private static int Largest(Func<int, bool> holds, int most = int.MaxValue)
    {
        var (low, high) = (1, most);
        while (low < high)
        {
            var middle = (int)((low + (long)high + 1) / 2);
            if (holds(middle)) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    private static CpuPlan Plan(Architecture architecture) => CpuPlan.Of(NetworkPlan.Of(architecture));
}
