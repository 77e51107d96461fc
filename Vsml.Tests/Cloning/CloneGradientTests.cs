using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Tests.Cloning;

public class CloneGradientTests
{
    private static readonly CloneConfiguration s_configuration = new() { StateSize = 9, Layers = new([8, 4, 2]), Seed = 3 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_gradient_is_that_of_central_differences(int seed)
    {
        var stage = new CloneStage { Task = CloneTask.Steps, SubRnns = 8, Window = 3, FirstLength = 1, LastLength = 1, FirstFloor = 1, LastFloor = 1 };
        var configuration = s_configuration with { Seed = (ulong)seed };
        var theta = CloneTheta.Initial(configuration);
        var samples = new CloneSampler(configuration, stage).Draw(theta, 0, 0);
        var losses = new CloneGradient(configuration, stage.Window);
        var gradient = new float[theta.Length];
        losses.Evaluate(theta, samples, gradient).ShouldBe(losses.Evaluate(theta, samples));
        var largest = gradient.Max(MathF.Abs);
        for (var i = 0; i < theta.Length; i += 7)
        {
            const float Step = 1e-2f;
            var value = theta[i];
            theta[i] = value + Step;
            var above = losses.Evaluate(theta, samples).Total;
            theta[i] = value - Step;
            var below = losses.Evaluate(theta, samples).Total;
            theta[i] = value;
            ((double)gradient[i]).ShouldBe((above - below) / (2 * Step), 0.01 * largest, $"parameter {i}");
        }
    }

    [Theory]
    [InlineData(CloneTask.Steps, 4)]
    [InlineData(CloneTask.States, 100)]
    [InlineData(CloneTask.TrueErrors, 40)]
    [InlineData(CloneTask.OwnMessages, 40)]
    public void The_loss_of_what_is_written_by_hand_is_near_zero(CloneTask task, int length)
    {
        var stage = new CloneStage { Task = task, SubRnns = 64, Window = 2, FirstLength = length, LastLength = length, FirstFloor = 0.1f, LastFloor = 0.1f };
        var configuration = s_configuration with { Alpha = (float)BackpropagationTheta.WeightScale };
        Loss(CloneTheta.Initial(configuration with { Start = CloneStart.Written })).ShouldBeLessThan(0.05);
        Loss(CloneTheta.Initial(configuration)).ShouldBeGreaterThan(1);

        double Loss(float[] theta) => new CloneGradient(configuration, stage.Window).Evaluate(theta, new CloneSampler(configuration, stage).Draw(theta, 0, 0)).Total;
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.02)]
    public void A_network_of_what_is_written_is_the_plain_one_at_any_rate(double rate)
    {
        var configuration = s_configuration with { Alpha = (float)BackpropagationTheta.WeightScale, Start = CloneStart.Written };
        var original = BackpropagationReadout.From(CloneTheta.Metadata(configuration), "theta")!;
        var readout = original.At(rate);
        var theta = readout.Sized(CloneTheta.ToTheta(configuration, CloneTheta.Initial(configuration)), original, [6, 5, 4]);
        var learner = new Learner(RuntimeCompiler.Find(theta.Architecture), theta, seed: 2);
        var plain = readout.Plain(learner);
        var start = readout.Weights(learner, 0);
        var random = new Random(1);
        for (var t = 0; t < 100; t++)
        {
            float[] input = [.. Enumerable.Range(0, 6).Select(_ => 2 * random.NextSingle() - 1)];
            var label = input[0] > 0 ? 0 : 1;
            learner.Learn(input, label);
            plain.Learn(input, label);
        }
        for (var l = 0; l < 2; l++)
        {
            var held = readout.Weights(learner, l);
            for (var i = 0; i < held.Length; i++) held[i].ShouldBe(plain.Weights(l)[i], 0.01);
        }
        readout.Weights(learner, 0).Zip(start, (now, before) => Math.Abs(now - before)).Max().ShouldBeGreaterThan(0.05);
    }

    [Fact]
    public void Metadata_that_say_half_of_it_are_refused()
    {
        var metadata = CloneTheta.Metadata(s_configuration).ToDictionary();
        BackpropagationReadout.From(metadata, "theta")!.Alpha.ShouldBe(s_configuration.Alpha);
        BackpropagationReadout.From(new Dictionary<string, string>(), "theta").ShouldBeNull();
        metadata["backpropagation/alpha"] = "much";
        Should.Throw<VsmlException>(() => BackpropagationReadout.From(metadata, "theta")).Message.ShouldContain("theta: the metadata's backpropagation/alpha is 'much'");
        metadata.Remove("backpropagation/alpha");
        Should.Throw<VsmlException>(() => BackpropagationReadout.From(metadata, "theta")).Message.ShouldContain("backpropagation/alpha is missing");
    }
}
