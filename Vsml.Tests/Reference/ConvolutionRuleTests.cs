using Vsml.Reference;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Reference;

/// <summary>A convolution written out by the rule of model.md: a dense layer at every output position on its gathered patch.</summary>
public class ConvolutionRuleTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(5, 2)]
    [InlineData(5, 3)]
    [InlineData(7, 1)]
    [InlineData(7, 2)]
    public void AConvolutionIsTheDenseRuleOnPatches(int kernel, int stride)
    {
        var conv = new ConvLayerSpec(Height: 5, Width: 4, Channels: 2, OutputChannels: 3, kernel, stride);
        var network = new Architecture { StateSize = 3, MessageSize = 2, Layers = new(new LayerSpec[] { conv, new DenseLayerSpec(conv.Outputs, 2) }) };
        var onPatch = network with { Layers = new(new LayerSpec[] { new DenseLayerSpec(kernel * kernel * conv.Channels, conv.OutputChannels), new DenseLayerSpec(conv.OutputChannels, 2) }) };
        var episode = SmallNetworks.RandomEpisode(network, seed: 10 * kernel + stride, length: 1);
        var place = new SubRnnParameters(network, "shared");
        var random = new Random(kernel);
        double[] Normal(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
        var states = new LayerStates(Normal(episode.Cells[0].Length), episode.Cells[0]);
        var (forward, backward) = (Normal(conv.Inputs * 2), Normal(conv.Outputs * 2));

        var (newStates, messages) = new ReferenceLayer(network, 0, batch: 1).MicroTick(episode.Theta, place, states, forward, backward);

        var (pad, slot) = ((kernel - 1) / 2, conv.Channels * 2);
        var meanHidden = new double[states.Hidden.Length];
        var meanCells = new double[states.Cells.Length];
        var patchBackward = new double[conv.OutputHeight, conv.OutputWidth][];
        for (var y = 0; y < conv.OutputHeight; y++)
            for (var x = 0; x < conv.OutputWidth; x++)
            {
                var patch = new double[kernel * kernel * slot];
                for (var ky = 0; ky < kernel; ky++)
                    for (var kx = 0; kx < kernel; kx++)
                    {
                        var (row, column) = (y * stride - pad + ky, x * stride - pad + kx);
                        if (row < 0 || row >= conv.Height || column < 0 || column >= conv.Width) continue;
                        Array.Copy(forward, (row * conv.Width + column) * slot, patch, (ky * kernel + kx) * slot, slot);
                    }
                var output = (y * conv.OutputWidth + x) * conv.OutputChannels * 2;
                var (dense, sent) = new ReferenceLayer(onPatch, 0, batch: 1).MicroTick(
                    episode.Theta, place, states, patch, backward.AsSpan(output, conv.OutputChannels * 2).ToArray());
                for (var i = 0; i < meanHidden.Length; i++)
                {
                    meanHidden[i] += dense.Hidden[i] / (conv.OutputHeight * conv.OutputWidth);
                    meanCells[i] += dense.Cells[i] / (conv.OutputHeight * conv.OutputWidth);
                }
                messages.Forward.AsSpan(output, conv.OutputChannels * 2).ToArray().ShouldBe(sent.Forward, 1e-14);
                patchBackward[y, x] = sent.Backward;
            }
        newStates.Hidden.ShouldBe(meanHidden, 1e-14);
        newStates.Cells.ShouldBe(meanCells, 1e-14);

        // An input position asks, rows outside and columns inside, which output reads it through each slot of the window.
        for (var row = 0; row < conv.Height; row++)
            for (var column = 0; column < conv.Width; column++)
            {
                var expected = new double[slot];
                for (var ky = 0; ky < kernel; ky++)
                    for (var kx = 0; kx < kernel; kx++)
                        if (Reader(row, ky, conv.OutputHeight) is { } y && Reader(column, kx, conv.OutputWidth) is { } x)
                            for (var i = 0; i < slot; i++) expected[i] += patchBackward[y, x][(ky * kernel + kx) * slot + i] / kernel / kernel;
                messages.Backward.AsSpan((row * conv.Width + column) * slot, slot).ToArray().ShouldBe(expected, 1e-14);
            }

        int? Reader(int position, int tap, int count)
        {
            var start = position + pad - tap;
            return start >= 0 && start % stride == 0 && start / stride < count ? start / stride : null;
        }
    }
}
