using Vsml.Ilgpu;
using Vsml.Reference;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Ilgpu;

/// <summary>
/// Emitted kernels on ILGPU's CPU accelerator, against the published traces and the reference interpreter. An index out of range there
/// ends the process, so these are tests of every address as well.
/// </summary>
public sealed class IlgpuEpisodeTests(IlgpuEpisodeTests.Devices devices) : IClassFixture<IlgpuEpisodeTests.Devices>
{
    private static readonly (string Name, Architecture Architecture, int Batch)[] s_sizes =
    [
        ("one of everything", Dense(1, 1, 1, 1), 2),
        ("lanes are outputs", Dense(7, 5, 3, 40, 2), 1),
        ("odd", Dense(7, 2, 33, 7), 1),
        ("lanes fill blocks", Dense(12, 16, 64, 3), 1),
        ("one sub-RNN a thread", Dense(17, 3, 5, 4, 3), 1),
        ("state in memory", Dense(33, 9, 6, 5, 2) with { MessageLayerNorm = true, Schedule = new TickSchedule { MicroTicks = new([3]), BackwardSweep = BackwardSweep.Shared } }, 2),
        ("theta in memory", Dense(40, 4, 3, 2) with { LayerwiseParameters = true, Schedule = new TickSchedule { BackwardSweep = BackwardSweep.Separate } }, 1),
        ("wide entries", Convolution(35, 17, new ConvLayerSpec(3, 2, 1, 2, 3, 1), 2) with { MessageLayerNorm = true }, 2),
        ("stride beyond the image", Convolution(8, 2, new ConvLayerSpec(4, 5, 1, 2, 1, 4), 2), 1),
        ("convolutions of several channels", new Architecture { StateSize = 5, MessageSize = 3, MessageLayerNorm = true, Layers = new([new ConvLayerSpec(5, 8, 1, 2, 5, 2), new ConvLayerSpec(3, 4, 2, 2, 3, 1), new DenseLayerSpec(24, 3)]) }, 1),
    ];

    /// <summary>Networks over all options in pairs, and sizes that fill nothing.</summary>
    public static TheoryData<string> Networks => [.. SmallNetworks.All.Select(network => network.Name), .. s_sizes.Select(size => size.Name)];

    [Theory]
    [MemberData(nameof(GoldenFiles.AllCases), MemberType = typeof(GoldenFiles))]
    public void Published_traces_hold(string name)
    {
        var golden = GoldenFiles.Load(name);
        var trace = IlgpuTrace.Run(
            DeviceModels.Of(golden.Architecture), devices.Fast, golden.Batch, Singles(golden.Theta), [.. golden.Cells.Select(Singles)], Singles(golden.Inputs), Singles(golden.Labels));
        ShouldMatch("logits", trace.Logits, golden.Logits);
        ShouldMatch("loss", trace.Losses, golden.Losses);
        for (var l = 0; l < golden.Cells.Length; l++)
        {
            ShouldMatch($"cell/{l}", trace.Cells[l], golden.FinalCells[l], isState: true);
            ShouldMatch($"hidden/{l}", trace.Hidden[l], golden.FinalHidden[l], isState: true);
        }

        void ShouldMatch(string tensor, float[] actual, double[] expected, bool isState = false) =>
            ShouldBeWithin($"{name} {tensor}", actual, expected, golden.ForwardTolerance(expected, singlePrecision: true, isState));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Episodes_are_those_of_the_reference(string name)
    {
        var (architecture, batch) = Named(name);
        ShouldBeThatOfTheReference(name, architecture, batch, devices.Fast);
    }

    // Threads that wait for each other, shuffle, and take no place where there are fewer places than threads.
    [Theory]
    [InlineData("odd")]
    [InlineData("lanes are outputs")]
    [InlineData("state in memory")]
    [InlineData("stride beyond the image")]
    public void Several_warps_share_an_episode(string name)
    {
        var (architecture, batch) = Named(name);
        ShouldBeThatOfTheReference(name, architecture, batch, devices.Wide);
    }

    [Fact]
    public void The_same_bits_come_every_time()
    {
        var (architecture, batch) = Named("lanes are outputs");
        var model = DeviceModels.Of(architecture);
        var episode = SmallNetworks.RandomEpisode(architecture, seed: 3, length: 3, batch);
        var (first, second) = (Run(model, devices.Wide, episode), Run(model, devices.Wide, episode));
        second.Logits.ShouldBe(first.Logits);
        second.Losses.ShouldBe(first.Losses);
        for (var l = 0; l < first.Cells.Length; l++) second.Cells[l].ShouldBe(first.Cells[l]);
    }

    private static void ShouldBeThatOfTheReference(string name, Architecture architecture, int batch, IlgpuDevice device)
    {
        var episode = SmallNetworks.RandomEpisode(architecture, seed: name.Length, length: 3, batch, softLabels: true);
        var expected = episode.Run();
        var trace = Run(DeviceModels.Of(architecture), device, episode);
        ShouldMatch("logits", trace.Logits, expected.Logits);
        ShouldMatch("loss", trace.Losses, expected.Losses);
        for (var l = 0; l < expected.Cells.Length; l++)
        {
            ShouldMatch($"cell/{l}", trace.Cells[l], expected.Cells[l]);
            ShouldMatch($"hidden/{l}", trace.Hidden[l], expected.Hidden[l]);
        }

        void ShouldMatch(string tensor, float[] actual, double[] values) =>
            ShouldBeWithin($"{name} {tensor}", actual, values, 1e-5 * values.Max(Math.Abs) + 1e-6);
    }

    internal static EpisodeTrace Run(IlgpuModel model, IlgpuDevice device, ReferenceEpisode episode) => IlgpuTrace.Run(
        model, device, episode.Batch, Singles(episode.Theta), [.. episode.Cells.Select(Singles)], Singles(episode.Inputs), Singles(episode.Labels));

    internal static void ShouldBeWithin(string tensor, float[] actual, double[] expected, double tolerance)
    {
        actual.Length.ShouldBe(expected.Length, tensor);
        for (var i = 0; i < actual.Length; i++)
            if (!(Math.Abs(actual[i] - expected[i]) <= tolerance))
                Assert.Fail($"{tensor}[{i}] is {actual[i]} instead of {expected[i]}; tolerance {tolerance:g3}.");
    }

    internal static (Architecture Architecture, int Batch) Named(string name)
    {
        if (s_sizes.FirstOrDefault(size => size.Name == name) is { Architecture: { } architecture, Batch: var batch }) return (architecture, batch);
        return (SmallNetworks.Named(name).Architecture, SmallNetworks.Named(name).Batch);
    }

    private static Architecture Dense(int stateSize, int messageSize, params int[] places) => new()
    {
        StateSize = stateSize,
        MessageSize = messageSize,
        LabelFeedback = messageSize > 1,
        OutputIndex = messageSize - 1,
        Layers = new(places.Zip(places.Skip(1), (inputs, outputs) => new DenseLayerSpec(inputs, outputs))),
    };

    private static Architecture Convolution(int stateSize, int messageSize, ConvLayerSpec layer, int outputs) => new()
    {
        StateSize = stateSize,
        MessageSize = messageSize,
        LabelFeedback = true,
        Layers = new([layer, new DenseLayerSpec(layer.Outputs, outputs)]),
    };

    internal static float[] Singles(double[] values) => Array.ConvertAll(values, value => (float)value);

    /// <summary>The CPU accelerator, opened once for all tests.</summary>
    public sealed class Devices : IDisposable
    {
        /// <summary>Groups of one thread.</summary>
        public IlgpuDevice Fast { get; } = IlgpuDevice.Open("cpu");

        /// <summary>Groups of two warps of four threads.</summary>
        internal IlgpuDevice Wide { get; } = IlgpuDevice.OpenCpu(new CpuShape(WarpSize: 4, GroupSize: 8, Groups: 1));

        /// <summary>A group of one warp as large as a GPU's, which stands in for tensor cores.</summary>
        internal IlgpuDevice Warp { get; } = IlgpuDevice.OpenCpu(new CpuShape(WarpSize: 32, GroupSize: 32, Groups: 1));

        /// <inheritdoc/>
        public void Dispose()
        {
            Warp.Dispose();
            Fast.Dispose();
            Wide.Dispose();
        }
    }
}
