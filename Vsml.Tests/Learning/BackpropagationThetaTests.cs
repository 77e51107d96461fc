using Vsml.Baselines;
using Vsml.Contracts;
using Vsml.Numerics;

namespace Vsml.Tests.Learning;

/// <summary>Backpropagation written by hand into the recurrent dynamics, beside a plain network in double precision.</summary>
public class BackpropagationThetaTests
{
    private const double Rate = .02;

    public static TheoryData<int[], MessageScale> Networks => new()
    {
        { [20, 5], MessageScale.Mean },
        { [12, 7, 4], MessageScale.Mean },
        { [12, 7, 4], MessageScale.Root },
        { [9, 6, 8, 3], MessageScale.Mean },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void After_each_of_200_examples_the_state_holds_the_weights_of_backpropagation(int[] sizes, MessageScale scale)
    {
        var architecture = BackpropagationTheta.Network(sizes) with { MessageScale = scale };
        var theta = BackpropagationTheta.For(architecture, Rate);
        var learner = new Learner(RuntimeCompiler.Compile(architecture, SimdLevels.Widest), theta, seed: 5);
        var random = new CounterRandom(5, RandomStream.Task, 0, 0);
        var plain = new TanhNetwork(sizes, Rate);
        double[][] initial = [.. Enumerable.Range(0, sizes.Length - 1).Select(l => BackpropagationTheta.Weights(learner, l))];
        for (var l = 0; l < initial.Length; l++) initial[l].CopyTo(plain.Weights(l));

        var (input, label) = (new float[sizes[0]], new float[sizes[^1]]);
        for (var t = 0; t < 200; t++)
        {
            random.FillNormal(input);
            label.AsSpan().Clear();
            // A class that depends on the input, so that there is something to learn.
            label[(input[0] > 0 ? 1 : 0) + (input[1] > .5f && sizes[^1] > 2 ? 1 : 0)] = 1;
            var step = plain.Learn(input, label);
            learner.Learn(input, label).Loss.ShouldBe(step.Loss, 1e-2f * Math.Max(1, step.Loss));
            for (var l = 0; l < initial.Length; l++)
            {
                Changes(BackpropagationTheta.Weights(learner, l), plain.Weights(l), initial[l]).ShouldBeLessThan(.01, $"weights of layer {l} after {t + 1} examples");
                Changes(BackpropagationTheta.Biases(learner, l), plain.Biases(l), new double[sizes[l + 1]]).ShouldBeLessThan(.01, $"biases of layer {l} after {t + 1} examples");
            }
        }
    }

    public static TheoryData<LayerSpec[], MessageScale> Convolutions => new()
    {
        { [new ConvLayerSpec(5, 4, 1, 2, 3, 1), new DenseLayerSpec(40, 3)], MessageScale.Mean },
        { [new ConvLayerSpec(6, 5, 2, 3, 3, 2), new DenseLayerSpec(27, 3)], MessageScale.Mean },
        { [new ConvLayerSpec(5, 4, 1, 2, 3, 1), new ConvLayerSpec(5, 4, 2, 3, 3, 2), new DenseLayerSpec(18, 3)], MessageScale.Mean },
        { [new ConvLayerSpec(5, 4, 1, 2, 3, 1), new ConvLayerSpec(5, 4, 2, 2, 5, 2), new DenseLayerSpec(12, 3)], MessageScale.Root },
    };

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void After_each_of_200_examples_convolutions_hold_the_weights_of_backpropagation(LayerSpec[] layers, MessageScale scale)
    {
        var architecture = Convolutional(layers) with { MessageScale = scale };
        var learner = new Learner(RuntimeCompiler.Compile(architecture, SimdLevels.Widest), BackpropagationTheta.For(architecture, Rate), seed: 5);
        double[][] initial = [.. layers.Select((_, l) => BackpropagationTheta.Weights(learner, l))];
        var plain = new PlainNetwork(layers, [.. initial.Select(weights => weights.ToArray())]);
        var random = new CounterRandom(5, RandomStream.Task, 0, 0);
        var input = new float[architecture.InputSize];
        for (var t = 0; t < 200; t++)
        {
            random.FillNormal(input);
            var label = (input[0] > 0 ? 1 : 0) + (input[1] > .5f ? 1 : 0);
            var logits = plain.Forward([.. input.Select(value => (double)value)]);
            var loss = PlainNetwork.Loss(logits, label);
            plain.Descend(plain.Backward(logits, label), Rate);
            learner.Learn(input, label).Loss.ShouldBe((float)loss, 1e-2f * Math.Max(1, (float)loss));
            for (var l = 0; l < layers.Length; l++)
            {
                Changes(BackpropagationTheta.Weights(learner, l), plain.Weights[l], initial[l]).ShouldBeLessThan(.01, $"weights of layer {l} after {t + 1} examples");
                Changes(BackpropagationTheta.Biases(learner, l), plain.Biases[l], new double[plain.Biases[l].Length]).ShouldBeLessThan(.01, $"biases of layer {l} after {t + 1} examples");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void The_plain_convolutions_have_the_gradient_of_their_loss(LayerSpec[] layers, MessageScale scale)
    {
        var learner = new Learner(RuntimeCompiler.Compile(Convolutional(layers) with { MessageScale = scale }, SimdLevels.Widest), BackpropagationTheta.For(Convolutional(layers), Rate), seed: 6);
        var plain = new PlainNetwork(layers, [.. layers.Select((_, l) => BackpropagationTheta.Weights(learner, l))]);
        double[] input = [.. Enumerable.Range(0, learner.Architecture.InputSize).Select(i => Math.Sin(i + 1))];
        plain.Descend(plain.Backward(plain.Forward(input), 0), .1);
        var (weights, biases) = plain.Backward(plain.Forward(input), 1);
        foreach (var (parameters, gradients) in plain.Weights.Concat(plain.Biases).Zip(weights.Concat(biases)))
            for (var i = 0; i < parameters.Length; i++)
            {
                var value = parameters[i];
                double At(double moved)
                {
                    parameters[i] = moved;
                    return PlainNetwork.Loss(plain.Forward(input), 1);
                }
                var difference = (At(value + 1e-5) - At(value - 1e-5)) / 2e-5;
                parameters[i] = value;
                gradients[i].ShouldBe(difference, 1e-8);
            }
    }

    [Fact]
    public void The_plain_network_takes_steps_along_the_gradient()
    {
        int[] sizes = [4, 3, 3];
        var random = new CounterRandom(9, RandomStream.Cells, 0, 0);
        var (before, after) = (new TanhNetwork(sizes, Rate), new TanhNetwork(sizes, Rate));
        before.Reset(ref random);
        for (var l = 0; l < 2; l++) before.Weights(l).CopyTo(after.Weights(l));
        float[] input = [.5f, -1, 2, .3f];
        after.Learn(input, 1);
        for (var l = 0; l < 2; l++)
        {
            for (var i = 0; i < before.Weights(l).Length; i++) Slope(l, i, (network, l) => network.Weights(l)).ShouldBe((before.Weights(l)[i] - after.Weights(l)[i]) / Rate, 2e-4);
            for (var i = 0; i < before.Biases(l).Length; i++) Slope(l, i, (network, l) => network.Biases(l)).ShouldBe((before.Biases(l)[i] - after.Biases(l)[i]) / Rate, 2e-4);
        }

        double Slope(int layer, int index, Values values)
        {
            var old = values(before, layer)[index];
            values(before, layer)[index] = old + 1e-3;
            var up = Loss();
            values(before, layer)[index] = old - 1e-3;
            var down = Loss();
            values(before, layer)[index] = old;
            return (up - down) / 2e-3;
        }

        double Loss() => before.Predict(input).Loss([0, 1, 0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_rate_that_is_none_is_refused(double rate) =>
        Should.Throw<VsmlException>(() => BackpropagationTheta.For(BackpropagationTheta.Network(3, 2), rate)).Message.ShouldContain("no positive number");

    public static TheoryData<Architecture, string> Others => new()
    {
        { BackpropagationTheta.Network(3, 2) with { StateSize = 8 }, "N of at least 9, not 8" },
        { BackpropagationTheta.Network(3, 2) with { MessageLayerNorm = true }, "must not be normalised" },
        { BackpropagationTheta.Network(3, 2) with { Schedule = new() { MicroTicks = new([1]), BackwardSweep = BackwardSweep.Separate } }, "two micro ticks" },
        { BackpropagationTheta.Network(3, 2) with { Schedule = new() { MicroTicks = new([2]) } }, "backwardSweep separate" },
        { BackpropagationTheta.Network(3, 2, 2) with { LayerwiseParameters = false }, "layerwiseParameters" },
        { BackpropagationTheta.Network(3, 2) with { Layers = new([new DenseLayerSpec(null, 2)]) }, "leaves sizes free" },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void Networks_that_cannot_hold_it_are_refused(Architecture architecture, string message) =>
        Should.Throw<VsmlException>(() => BackpropagationTheta.For(architecture, Rate)).Message.ShouldContain(message);

    [Fact]
    public void A_network_has_at_least_one_layer() =>
        Should.Throw<VsmlException>(() => BackpropagationTheta.Network(3)).Message.ShouldContain("at least two sizes");

    // Initial weights of deviation 1 / sqrt(terms of a sum).
    private static Architecture Convolutional(LayerSpec[] layers) => BackpropagationTheta.Network(2, 2, 2) with
    {
        Layers = new(layers),
        InitialCellScale = new(layers.Select(layer => new InitialCellScale(
            (float)(BackpropagationTheta.InitialDeviation(layer is ConvLayerSpec conv ? conv.Kernel * conv.Kernel * conv.Channels : layer.Inputs) * BackpropagationTheta.WeightScale)))),
    };

    private delegate Span<double> Values(TanhNetwork network, int layer);

    // Of the difference between what the state holds and the plain network, the size against that of the plain network's change.
    private static double Changes(double[] held, ReadOnlySpan<double> plain, double[] initial)
    {
        var (difference, change) = (0.0, 0.0);
        for (var i = 0; i < held.Length; i++)
        {
            difference += (held[i] - plain[i]) * (held[i] - plain[i]);
            change += (plain[i] - initial[i]) * (plain[i] - initial[i]);
        }
        return Math.Sqrt(difference / change);
    }
}
