using Vsml.Numerics;

namespace Vsml.Tests.Numerics;

public class SoftmaxCrossEntropyTests
{
    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(5, 1, false)]
    [InlineData(10, 3, true)]
    [InlineData(8, 2, true)]
    [InlineData(301, 1, true)]
    public void IsTheFormula(int classes, int batch, bool soft)
    {
        var random = new CounterRandom(5, RandomStream.Evaluation, 0, (uint)classes);
        var (logits, labels, error) = (new float[classes], new float[classes], new float[classes]);
        random.FillUniform(logits, -30f, 30f);
        if (soft) random.FillUniform(labels, 0f, 1f);
        else labels[classes / 2] = 1f;

        var loss = SoftmaxCrossEntropy.Evaluate(logits, labels, batch, error);

        var normaliser = Math.Log(logits.Sum(x => Math.Exp(x)));
        var labelSum = labels.Sum(x => (double)x);
        var expected = logits.Zip(labels, (x, y) => y * (normaliser - x)).Sum();
        ((double)loss).ShouldBe(expected, 1e-6 * Math.Max(1, Math.Abs(expected)));
        for (var b = 0; b < classes; b++)
            ((double)error[b]).ShouldBe((Math.Exp(logits[b] - normaliser) * labelSum - labels[b]) / batch, 3e-7 * Math.Max(1, labelSum));
    }

    [Fact]
    public void LargeLogitsDoNotOverflow()
    {
        var error = new float[2];
        SoftmaxCrossEntropy.Evaluate([1e30f, -1e30f], [1f, 0f], 1, error).ShouldBe(0f);
        error.ShouldBe([0f, 0f]);
        SoftmaxCrossEntropy.Evaluate([1000f, 0f], [0f, 1f], 1, error).ShouldBe(1000f);
        error.ShouldBe([1f, -1f]);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void ANonFiniteLogitGivesANonFiniteLoss(float bad)
    {
        var error = new float[3];
        float.IsFinite(SoftmaxCrossEntropy.Evaluate([0f, bad, 1f], [1f, 0f, 0f], 1, error)).ShouldBeFalse();
    }

    [Fact]
    public void LengthsMustAgree()
    {
        var error = new float[3];
        Should.Throw<ArgumentException>(() => SoftmaxCrossEntropy.Evaluate([0f, 1f], [1f, 0f, 0f], 1, error));
        Should.Throw<ArgumentException>(() => SoftmaxCrossEntropy.Evaluate([], [], 1, []));
    }

    [Fact]
    public void TheOutputBoundIsAScaledTanh()
    {
        foreach (var x in new[] { -1000f, -50f, -0.3f, 0f, 1e-3f, 7f, 99f, 1e9f })
        {
            OutputBound.Apply(x, 100f).ShouldBe((float)(Math.Tanh(x / 100.0) * 100), 2e-5f);
            OutputBound.Apply(x, 0f).ShouldBe(x);
        }
        float[] outputs = [-200f, 0.5f, 200f];
        OutputBound.Apply(outputs, 100f);
        outputs.ShouldBe([OutputBound.Apply(-200f, 100f), OutputBound.Apply(0.5f, 100f), OutputBound.Apply(200f, 100f)]);
        OutputBound.Apply(float.NaN, 100f).ShouldBe(float.NaN);
    }
}
