using Vsml.Numerics;

namespace Vsml.Tests.Learning;

public class PredictionTests
{
    private const float Never = float.NegativeInfinity;

    [Theory]
    [InlineData(new[] { 1f, 3f, 2f }, 1)]
    [InlineData(new[] { 3f, 3f, 2f }, 0)]
    [InlineData(new[] { float.NaN, 1f, 2f }, 2)]
    [InlineData(new[] { float.NaN, float.NaN }, 0)]
    [InlineData(new[] { Never, Never }, 0)]
    public void The_first_largest_output_is_the_class(float[] logits, int expected) => new Prediction(logits).Class.ShouldBe(expected);

    [Theory]
    [InlineData(new[] { 0f, 0f }, new[] { .5f, .5f })]
    [InlineData(new[] { 1000f, 1000f, Never }, new[] { .5f, .5f, 0f })]
    [InlineData(new[] { Never, Never, Never, Never }, new[] { .25f, .25f, .25f, .25f })]
    [InlineData(new[] { -30f, 97f }, new[] { 0f, 1f })]
    [InlineData(new[] { 1f, float.NaN }, new[] { float.NaN, float.NaN })]
    public void Probabilities_are_the_softmax_of_the_outputs(float[] logits, float[] expected)
    {
        var probabilities = new float[expected.Length];
        new Prediction(logits).Probabilities(probabilities);
        probabilities.ShouldBe(expected);
    }

    [Fact]
    public void The_loss_has_the_bits_of_the_one_that_is_learned_from()
    {
        var random = new Random(4);
        for (var classes = 1; classes < 40; classes++)
        {
            float[] logits = [.. Enumerable.Range(0, classes).Select(_ => random.NextSingle() * 60 - 30)];
            float[] label = [.. Enumerable.Range(0, classes).Select(b => b % 2 == 0 ? random.NextSingle() : 0f)];
            new Prediction(logits).Loss(label).ShouldBe(SoftmaxCrossEntropy.Evaluate(logits, label, 1, new float[classes]));
            var probabilities = new float[classes];
            new Prediction(logits).Probabilities(probabilities);
            probabilities.Sum(value => (double)value).ShouldBe(1, 1e-6);
        }
    }

    [Theory]
    [InlineData(new[] { 0f, Never }, 0, 0f)]
    [InlineData(new[] { 0f, Never }, 1, float.PositiveInfinity)]
    [InlineData(new[] { Never, Never }, 1, .6931472f)]
    public void Impossible_classes_cost_nothing_unless_they_come(float[] logits, int label, float expected) =>
        new Prediction(logits).Loss([label == 0 ? 1 : 0, label]).ShouldBe(expected);

    [Fact]
    public void Other_numbers_of_classes_are_refused()
    {
        Should.Throw<ArgumentException>(() => new Prediction([1, 2]).Probabilities(new float[3])).Message.ShouldContain("2 logits and 3 probabilities");
        Should.Throw<ArgumentException>(() => new Prediction([1, 2]).Loss([1])).Message.ShouldContain("2 logits and 1 labels");
    }
}
