using Vsml.MetaTraining;

namespace Vsml.Tests.Optimizers;

public class OptimizerTests
{
    [Fact]
    public void AdamFollowsItsFormula()
    {
        var adam = new Adam { Beta1 = 0.8, Beta2 = 0.9, Epsilon = 1e-4 };
        float[] theta = [1f, -2f];
        var state = adam.Initial(2);
        double[] expected = [1, -2], m = [0, 0], v = [0, 0];
        for (var step = 1; step <= 5; step++)
        {
            float[] gradient = [0.5f * step, -0.01f];
            adam.Step(state, gradient, 0.1, theta);
            for (var i = 0; i < 2; i++)
            {
                m[i] = 0.8 * m[i] + 0.2 * gradient[i];
                v[i] = 0.9 * v[i] + 0.1 * gradient[i] * gradient[i];
                expected[i] -= 0.1 * (m[i] / (1 - Math.Pow(0.8, step))) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.9, step))) + 1e-4);
                ((double)theta[i]).ShouldBe(expected[i], 1e-6);
            }
        }
        state.Steps.ShouldBe(5);
    }

    [Fact]
    public void MomentumGathers()
    {
        var sgd = new MomentumSgd { Momentum = 0.5 };
        float[] theta = [0f];
        var state = sgd.Initial(1);
        sgd.Step(state, [1f], 0.25, theta);
        sgd.Step(state, [1f], 0.25, theta);
        theta[0].ShouldBe(-0.25f * (1f + 1.5f));
    }

    [Fact]
    public void WeightDecayIsDecoupledFromTheGradient()
    {
        IMetaOptimizer[] optimizers = [new Adam { WeightDecay = 0.1 }, new MomentumSgd { WeightDecay = 0.1 }];
        foreach (var optimizer in optimizers)
        {
            float[] theta = [2f];
            optimizer.Step(optimizer.Initial(1), [0f], 0.5, theta);
            theta[0].ShouldBe(1.9f, 1e-7f);
        }
    }

    [Fact]
    public void AStateContinuesFromItsStoredValues()
    {
        var adam = new Adam();
        float[] theta = [1f, 2f, 3f];
        var state = adam.Initial(3);
        adam.Step(state, [1f, 2f, -1f], 0.01, theta);
        var restored = new OptimizerState(state.Steps, state.Moments.ToDictionary(m => m.Key, m => m.Value.ToArray()));
        var other = theta.ToArray();
        adam.Step(state, [0.5f, 0f, 1f], 0.01, theta);
        adam.Step(restored, [0.5f, 0f, 1f], 0.01, other);
        other.ShouldBe(theta);
    }

    [Fact]
    public void AStateOfAnotherOptimizerOrSizeIsRefused()
    {
        var theta = new float[2];
        Should.Throw<VsmlException>(() => new Adam().Step(new MomentumSgd().Initial(2), [0f, 0f], 1, theta)).Message.ShouldContain("adam/m");
        Should.Throw<VsmlException>(() => new Adam().Step(new Adam().Initial(3), [0f, 0f], 1, theta)).Message.ShouldContain("3 values");
        Should.Throw<ArgumentException>(() => new MomentumSgd().Step(new MomentumSgd().Initial(2), [0f], 1, theta));
    }

    [Fact]
    public void ClippingScalesTheWholeGradient()
    {
        float[] gradient = [3f, 0f, -4f];
        GradientClipping.Clip(gradient, 10).ShouldBe(5);
        gradient.ShouldBe([3f, 0f, -4f]);
        GradientClipping.Clip(gradient, 1).ShouldBe(5);
        gradient[0].ShouldBe(0.6f, 1e-7f);
        gradient[2].ShouldBe(-0.8f, 1e-7f);
        Should.Throw<ArgumentOutOfRangeException>(() => GradientClipping.Clip(gradient, 0));
    }
}
