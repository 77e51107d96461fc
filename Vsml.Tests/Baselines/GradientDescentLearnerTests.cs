using Vsml.Baselines;
using Vsml.Numerics;

namespace Vsml.Tests.Baselines;

public class GradientDescentLearnerTests
{
    private const string Root = "sgd/~_network/";

    [Theory]
    [InlineData("sgd-linear", 0)]
    [InlineData("adam-linear", 0)]
    [InlineData("sgd-2layer", 9)]
    [InlineData("adam-2layer", 9)]
    public void AgreesWithThePublishedBaseline(string name, int hidden)
    {
        var golden = new BaselineGolden(name);
        OnlineOptimizer optimizer = name.StartsWith("sgd", StringComparison.Ordinal) ? new OnlineSgd(.01f) : new OnlineAdam(.001f);
        var learner = new GradientDescentLearner(BaselineGolden.Inputs, BaselineGolden.Outputs, optimizer, hidden, outputBound: 100f);
        var layers = hidden == 0
            ? new[] { (Layer: learner.Output, Name: Root + "linear", In: BaselineGolden.Inputs, Out: BaselineGolden.Outputs) }
            : [(learner.Hidden!, Root + "linear", BaselineGolden.Inputs, hidden), (learner.Output, Root + "linear_1", hidden, BaselineGolden.Outputs)];
        foreach (var (layer, path, inputs, outputs) in layers)
        {
            golden.Transposed($"initial/{path}/w", inputs, outputs).CopyTo(layer.Weights.AsSpan());
            golden.File.Get($"initial/{path}/b").ToSingles().CopyTo(layer.Biases.AsSpan());
        }
        golden.ShouldAgree(learner);
        foreach (var (layer, path, inputs, outputs) in layers)
        {
            var expected = golden.Transposed($"expect/final/{path}/w", inputs, outputs).Select(value => (double)value).ToArray();
            BaselineGolden.ShouldBeClose(layer.Weights, expected, path + "/w");
            BaselineGolden.ShouldBeClose(layer.Biases, golden.File.Get($"expect/final/{path}/b").ToDoubles(), path + "/b");
        }
    }

    [Fact]
    public void SoftmaxRegressionStartsFromZero()
    {
        var learner = new GradientDescentLearner(3, 2, new OnlineSgd(.1f));
        var random = new CounterRandom(1, RandomStream.Evaluation, 0, 0);
        learner.Learn([1, 2, 3], 0);
        var prediction = learner.Predict([1, 2, 3]);
        prediction.Logits[0].ShouldBeGreaterThan(prediction.Logits[1]);
        learner.Reset(ref random);
        learner.Predict([1, 2, 3]).Logits.ToArray().ShouldBe([0f, 0f]);
    }

    [Fact]
    public void AHiddenLayerStartsWithTruncatedNormalWeights()
    {
        var learner = new GradientDescentLearner(100, 10, new OnlineSgd(.1f), hiddenSize: 160);
        var random = new CounterRandom(1, RandomStream.Evaluation, 0, 0);
        learner.Reset(ref random);
        learner.Hidden!.Weights.ShouldAllBe(weight => Math.Abs(weight) <= .2f);
        Math.Sqrt(learner.Hidden.Weights.Average(weight => (double)weight * weight)).ShouldBe(.088, .003);
        learner.Output.Weights.Max().ShouldBeGreaterThan(.1f);
    }

    [Fact]
    public void AdamForgetsItsMomentsOnReset()
    {
        var learner = new GradientDescentLearner(5, 3, new OnlineAdam(.1f));
        var first = Run();
        Run().ShouldBe(first);

        float[] Run()
        {
            var random = new CounterRandom(1, RandomStream.Evaluation, 0, 0);
            learner.Reset(ref random);
            for (var t = 0; t < 10; t++) learner.Learn([t, 1, 2, -t, .5f], 1 - t % 2);
            return learner.Predict([1, 1, 2, -1, .5f]).Logits.ToArray();
        }
    }

    [Fact]
    public void StepsAreMultipliedThenAddedOnEveryMachine()
    {
        // A fused multiply-add would give other bits; runs have to agree between machines with and without one.
        var random = new Random(1);
        var inputs = Enumerable.Range(0, 67).Select(_ => random.NextSingle() - .5f).ToArray();
        var learner = new GradientDescentLearner(67, 1 + 1, new OnlineSgd(.3f));
        var weights = new float[67];
        var error = new float[2];
        for (var t = 0; t < 20; t++)
        {
            var learned = learner.Learn(inputs, 0);
            SoftmaxCrossEntropy.Evaluate(learned.Prediction.Logits, [1, 0], 1, error).ShouldBe(learned.Loss);
            for (var i = 0; i < 67; i++)
            {
                var gradient = inputs[i] * error[0];
                var step = gradient * -.3f;
                weights[i] += step;
            }
            learner.Output.Weights[..67].ShouldBe(weights);
        }
    }

    [Fact]
    public void TheThirteenRatesAreThoseOfTheComparisons() =>
        OnlineOptimizer.LearningRates.ShouldBe([.0001f, .0002f, .0005f, .001f, .002f, .005f, .01f, .02f, .05f, .1f, .2f, .5f, 1f]);
}
