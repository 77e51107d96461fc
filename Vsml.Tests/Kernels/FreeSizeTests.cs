using Vsml.Contracts;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Kernels;

/// <summary>Kernels that take their sizes when a learner is made, against those of the same layout with the numbers written down: not a bit differs.</summary>
public class FreeSizeTests
{
    private static readonly (string Name, Architecture Options, int[][] Sizes)[] Forms =
    [
        ("plain", new(), [[1, 1], [33, 7], [64, 10], [784, 10], [10, 33], [16, 17], [5, 784]]),
        ("online", new() { LabelFeedback = true, Schedule = new() { MicroTicks = new([1]), BackwardSweep = BackwardSweep.Separate } }, [[1, 1], [16, 5], [64, 10], [2, 40]]),
        ("deep", new() { LabelFeedback = true, LayerwiseParameters = true, MessageScale = MessageScale.Root, InitialCellScale = new([new(1)]), Schedule = new() { MicroTicks = new([1]), BackwardSweep = BackwardSweep.Separate } },
            [[1, 1, 1], [33, 7, 19], [64, 32, 10], [20, 1, 3]]),
        ("everything", new() { StateSize = 7, MessageSize = 5, LabelFeedback = true, MessageLayerNorm = true, PositionFeatures = true, LearnedInitialCell = true, MessageScale = MessageScale.Root, Schedule = new() { MicroTicks = new([1, 2, 4]), TicksPerExample = 3, BackwardSweep = BackwardSweep.Shared } },
            [[1, 1, 1, 1], [9, 40, 3, 18]]),
        ("norm", new() { StateSize = 12, MessageLayerNorm = true, Schedule = new() { MicroTicks = new([3]), TicksPerExample = 2 } }, [[1, 1], [33, 7], [7, 33], [64, 10]]),
    ];

    public static TheoryData<string, string, SimdLevel> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, SimdLevel>();
            foreach (var (name, _, layouts) in Forms)
                foreach (var sizes in layouts)
                    foreach (var level in Enum.GetValues<SimdLevel>()) cases.Add(name, string.Join(" -> ", sizes), level);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Free_sizes_give_the_bits_of_given_ones(string form, string sizes, SimdLevel level)
    {
        int[] numbers = [.. sizes.Split(" -> ").Select(int.Parse)];
        var options = Forms.Single(item => item.Name == form).Options;
        var given = options with { Layers = new(numbers.Skip(1).Select((size, l) => (LayerSpec)new DenseLayerSpec(numbers[l], size))) };
        foreach (var batch in (int[])[1, 3]) ShouldBeTheSame(RuntimeCompiler.Compile(given, level), RuntimeCompiler.CompileFree(given, level).ForSizes(numbers), level, batch);
    }

    [Theory]
    [InlineData(SimdLevel.Portable)]
    [InlineData(SimdLevel.Avx2)]
    [InlineData(SimdLevel.Avx512)]
    public void Some_sizes_may_be_free_and_others_given(SimdLevel level)
    {
        LayerSpec[][] mixed =
        [
            [new DenseLayerSpec(null, 20), new DenseLayerSpec(20, null)],
            [new DenseLayerSpec(19, null), new DenseLayerSpec(null, 4)],
            [new ConvLayerSpec(5, 4, 1, 2, 3, 2), new DenseLayerSpec(12, null), new DenseLayerSpec(null, null)],
        ];
        foreach (var layers in mixed)
        {
            var free = new Architecture { StateSize = 8, MessageScale = MessageScale.Root, PositionFeatures = true, Schedule = new() { BackwardSweep = BackwardSweep.Separate }, Layers = new(layers) };
            ArchitectureRules.Check(free).ShouldBeEmpty();
            var model = RuntimeCompiler.CompileExactly(free, level);
            foreach (var size in (int[])[3, 37])
            {
                var sized = model.ForSizes([.. model.SizeNames.Select(_ => size)]);
                ShouldBeTheSame(RuntimeCompiler.Compile(sized.Architecture, level), sized, level, batch: 2);
            }
        }
    }

    [Theory]
    [MemberData(nameof(GoldenTraceTests.Cases), MemberType = typeof(GoldenTraceTests))]
    public void Golden_traces_of_dense_networks_are_reproduced(string name, SimdLevel level)
    {
        var golden = GoldenFiles.Load(name);
        if (golden.Architecture.Layers.Any(layer => layer is ConvLayerSpec)) return;
        var model = RuntimeCompiler.CompileFree(golden.Architecture, level).For(golden.Architecture);
        var trace = EpisodeTrace.Run(model, level, golden.Batch, Singles(golden.Theta), [.. golden.Cells.Select(Singles)], Singles(golden.Inputs), Singles(golden.Labels));
        trace.Logits.Zip(golden.Logits, (actual, expected) => Math.Abs(actual - expected)).Max().ShouldBeLessThanOrEqualTo(golden.ForwardTolerance(golden.Logits, singlePrecision: true));
    }

    [Fact]
    public void Sizes_are_checked_when_they_are_given()
    {
        var model = RuntimeCompiler.CompileFree(new Architecture { Layers = new([new DenseLayerSpec(3, 2)]) }, SimdLevel.Portable);
        model.SizeNames.ShouldBe(["inputs", "outputs"]);
        Should.Throw<VsmlException>(() => model.ForSizes(3)).Message.ShouldBe("This model leaves 2 sizes free (inputs, outputs), but 1 is given. Give one for each.");
        Should.Throw<VsmlException>(() => model.ForSizes(3, 2, 1)).Message.ShouldContain("3 are given");
        Should.Throw<VsmlException>(() => model.ForSizes(0, 2)).Message.ShouldBe("With inputs 0, outputs 2: layers[0].inputs: inputs of layer 0 is 0; it must be at least 1.");
        Should.Throw<VsmlException>(() => model.ForSizes(3, -1)).Message.ShouldContain("outputs of layer 0 is -1");
        Should.Throw<VsmlException>(() => model.ForSizes(int.MaxValue, 1)).Message.ShouldContain("than one array can hold");
        Should.Throw<VsmlException>(() => model.ForSizes(1 << 20, 1 << 20)).Message.ShouldContain("than one array can hold");
        Should.Throw<VsmlException>(() => model.For(new Architecture { StateSize = 3, Layers = new([new DenseLayerSpec(3, 2)]) })).Message.ShouldContain("must agree");
        model.ForSizes(3, 2).Architecture.Layers.ShouldBe([new DenseLayerSpec(3, 2)]);
    }

    [Fact]
    public void Shipped_options_are_not_compiled_and_others_once_for_all_sizes()
    {
        var online = ShippedModels.Online.Architecture;
        RuntimeCompiler.Find(Layouts.For(online, 33, 7)).Architecture.Layers.ShouldBe([new DenseLayerSpec(33, 7)]);
        ShippedModels.Find(Layouts.For(online, 5, 2) with { InitialCellScale = new([new(1)]), OutputBound = 0 }).ShouldNotBeNull();
        ShippedModels.Find(Layouts.For(online, 5, 2) with { StateSize = 9 }).ShouldBeNull();
        var other = new Architecture { StateSize = 3, MessageSize = 2, Layers = new([new DenseLayerSpec(4, 3)]) };
        RuntimeCompiler.CompileFree(other, SimdLevel.Portable).ShouldBeSameAs(RuntimeCompiler.CompileFree(Layouts.For(other, 9, 2), SimdLevel.Portable));
    }

    [Fact]
    public void One_packed_theta_serves_learners_of_all_sizes()
    {
        var model = RuntimeCompiler.CompileFree(new Architecture { Layers = new([new DenseLayerSpec(3, 2)]) }, SimdLevels.Widest);
        var theta = MetaParameters.Initial(model.Architecture, 5);
        var packed = model.ForSizes(1, 1).Pack(theta);
        var learner = new Learner(model.ForSizes(40, 4), packed, seed: 3);
        learner.Learn(new float[40], 2).Loss.ShouldBe(new Learner(RuntimeCompiler.Compile(learner.Architecture, SimdLevels.Widest), theta, seed: 3).Learn(new float[40], 2).Loss);
    }

    private static void ShouldBeTheSame(VsmlModel expected, VsmlModel actual, SimdLevel level, int batch)
    {
        var episode = SmallNetworks.RandomEpisode(expected.Architecture, seed: 11, length: 3, batch, softLabels: true);
        var (theta, cells, inputs, labels) = (Singles(episode.Theta), episode.Cells.Select(Singles).ToArray(), Singles(episode.Inputs), Singles(episode.Labels));
        var (first, second) = (EpisodeTrace.Run(expected, level, batch, theta, cells, inputs, labels), EpisodeTrace.Run(actual, level, batch, theta, cells, inputs, labels));
        Same(first.Logits, second.Logits);
        Same(first.Losses, second.Losses);
        var (one, other) = (EpisodeTrace.Differentiate(expected, level, batch, theta, cells, inputs, labels), EpisodeTrace.Differentiate(actual, level, batch, theta, cells, inputs, labels));
        Same(one.Theta, other.Theta);
        for (var l = 0; l < cells.Length; l++)
        {
            Same(first.Cells[l], second.Cells[l]);
            Same(first.Hidden[l], second.Hidden[l]);
            Same(one.Cells[l], other.Cells[l]);
        }
        first.Losses.ShouldAllBe(loss => float.IsFinite(loss));

        static void Same(float[] expected, float[] actual) => actual.Select(BitConverter.SingleToInt32Bits).ShouldBe(expected.Select(BitConverter.SingleToInt32Bits));
    }

    private static float[] Singles(double[] values) => Array.ConvertAll(values, value => (float)value);
}
