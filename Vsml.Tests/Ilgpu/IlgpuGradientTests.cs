using Vsml.Ilgpu;
using Vsml.Reference;
using Vsml.Tests.Fixtures;
using static Vsml.Tests.Ilgpu.IlgpuEpisodeTests;

namespace Vsml.Tests.Ilgpu;

/// <summary>The emitted reverse pass on ILGPU's CPU accelerator, against the published traces and the reference interpreter's own.</summary>
public sealed class IlgpuGradientTests(IlgpuEpisodeTests.Devices devices) : IClassFixture<IlgpuEpisodeTests.Devices>
{
    /// <summary>Published traces of fewer than a thousand sub-RNNs; a larger one takes seconds on one thread.</summary>
    public static TheoryData<string> SmallCases =>
        [.. GoldenFiles.Names.Where(name => GoldenFiles.Load(name).Architecture.Layers.Sum(layer => layer.SubRnnCount) < 1000)];

    /// <summary>Networks over all options in pairs, and sizes that fill nothing.</summary>
    public static TheoryData<string> Networks => IlgpuEpisodeTests.Networks;

    [Theory]
    [MemberData(nameof(SmallCases))]
    public void Published_gradients_hold(string name)
    {
        var golden = GoldenFiles.Load(name);
        var (theta, _) = IlgpuTrace.Differentiate(
            DeviceModels.Of(golden.Architecture), devices.Fast, golden.Batch, Singles(golden.Theta), [.. golden.Cells.Select(Singles)], Singles(golden.Inputs), Singles(golden.Labels));
        ShouldBeWithin($"{name} gradient", theta, golden.ThetaGradient, golden.GradientTolerance(singlePrecision: true) / 2 + 1e-12);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Gradients_are_those_of_the_reference(string name) => ShouldBeThatOfTheReference(name, devices.Fast, tapeExamples: 0);

    [Theory]
    [InlineData("odd")]
    [InlineData("lanes are outputs")]
    [InlineData("state in memory")]
    [InlineData("stride beyond the image")]
    public void Several_warps_share_a_reverse_pass(string name) => ShouldBeThatOfTheReference(name, devices.Wide, tapeExamples: 2);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Computing_states_again_changes_no_bit(int tapeExamples)
    {
        var (architecture, batch) = Named("convolutions of several channels");
        var model = DeviceModels.Of(architecture);
        var episode = SmallNetworks.RandomEpisode(architecture, seed: 3, length: 3, batch);
        var (all, some) = (Differentiate(model, devices.Fast, episode, 0), Differentiate(model, devices.Fast, episode, tapeExamples));
        some.Theta.ShouldBe(all.Theta);
        for (var l = 0; l < all.Cells.Length; l++) some.Cells[l].ShouldBe(all.Cells[l]);
    }

    [Fact]
    public void The_same_bits_come_every_time()
    {
        var (architecture, batch) = Named("lanes are outputs");
        var model = DeviceModels.Of(architecture);
        var episode = SmallNetworks.RandomEpisode(architecture, seed: 3, length: 3, batch);
        var (first, second) = (Differentiate(model, devices.Wide, episode, 0), Differentiate(model, devices.Wide, episode, 0));
        second.Theta.ShouldBe(first.Theta);
        for (var l = 0; l < first.Cells.Length; l++) second.Cells[l].ShouldBe(first.Cells[l]);
    }

    private static void ShouldBeThatOfTheReference(string name, IlgpuDevice device, int tapeExamples)
    {
        var (architecture, batch) = Named(name);
        var episode = SmallNetworks.RandomEpisode(architecture, seed: name.Length, length: 3, batch, softLabels: true);
        var expected = episode.Differentiate().Gradient;
        var (theta, cells) = Differentiate(DeviceModels.Of(architecture), device, episode, tapeExamples);
        ShouldBeWithin($"{name} theta", theta, expected.Theta, 1e-4 * expected.Theta.Max(Math.Abs));
        for (var l = 0; l < cells.Length; l++) ShouldBeWithin($"{name} cell/{l}", cells[l], expected.Cells[l], 1e-4 * expected.Cells[l].Max(Math.Abs) + 1e-9);
    }

    private static (float[] Theta, float[][] Cells) Differentiate(IlgpuModel model, IlgpuDevice device, ReferenceEpisode episode, int tapeExamples) => IlgpuTrace.Differentiate(
        model, device, episode.Batch, Singles(episode.Theta), [.. episode.Cells.Select(Singles)], Singles(episode.Inputs), Singles(episode.Labels), tapeExamples);
}
