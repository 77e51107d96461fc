using Vsml.MetaTraining;

namespace Vsml.Tests.Evolution;

public class EvolutionStrategyTests
{
    private static readonly float[] Target = [.. Enumerable.Range(0, 100).Select(i => MathF.Sin(i))];

    [Theory]
    [InlineData(FitnessShaping.None, 0.05)]
    [InlineData(FitnessShaping.CentredRanks, 0.15)]
    public void AQuadraticIsMinimised(FitnessShaping shaping, double reached)
    {
        var es = new EvolutionStrategy(new EsOptions { PairCount = 32, NoiseStd = 0.05f, Shaping = shaping }, new Adam());
        var state = es.Init(new float[Target.Length], seed: 1);
        var before = Quadratic(state.Theta);
        for (var iteration = 0; iteration < 250; iteration++)
            (state, _, _) = es.Tell(state, Losses(es, state), iteration < 150 ? 0.03 : 0.01);
        ((double)(Quadratic(state.Theta) / before)).ShouldBeLessThan(reached);
        state.Iteration.ShouldBe(250u);
    }

    [Fact]
    public void TheEstimateOfAQuadraticIsUnbiased()
    {
        const int iterations = 200;
        var es = new EvolutionStrategy(new EsOptions { PairCount = 32 }, new MomentumSgd());
        var state = es.Init(new float[Target.Length], seed: 2);
        var (sum, squares) = (new double[Target.Length], new double[Target.Length]);
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            (state, var gradient, _) = es.Tell(state, Losses(es, state), learningRate: 0);
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] += gradient[i];
                squares[i] += gradient[i] * (double)gradient[i];
            }
        }
        // d/dx of mean (x - target)^2 at 0. Of 100 independent z-scores none should reach 5.
        for (var i = 0; i < sum.Length; i++)
        {
            var mean = sum[i] / iterations;
            var error = Math.Sqrt((squares[i] / iterations - mean * mean) / iterations);
            mean.ShouldBe(-2.0 * Target[i] / Target.Length, 5 * error);
        }
    }

    [Fact]
    public void MembersOfAPairAreAntithetic()
    {
        var es = new EvolutionStrategy(new EsOptions { PairCount = 2, NoiseStd = 0.5f }, new Adam());
        var state = es.Init(Target, seed: 3);
        var (plus, minus) = es.Ask(state).Pair(1);
        for (var i = 0; i < Target.Length; i++) (plus[i] + minus[i]).ShouldBe(2f * Target[i], 1e-5f);
        plus.Zip(Target, (p, t) => Math.Pow((p - t) / 0.5, 2)).Average().ShouldBe(1, 0.5);
        es.Ask(state).Pair(0).Plus.SequenceEqual(plus).ShouldBeFalse();
        Should.Throw<ArgumentOutOfRangeException>(() => es.Ask(state).Pair(2));
    }

    [Fact]
    public void TellLeavesTheGivenStateAlone()
    {
        var es = new EvolutionStrategy(new EsOptions { PairCount = 4 }, new Adam());
        var theta = new float[Target.Length];
        var state = es.Init(theta, seed: 4);
        var losses = Losses(es, state);
        var (first, _, _) = es.Tell(state, losses, 0.1);
        var (second, _, _) = es.Tell(state, losses, 0.1);
        state.Theta.ShouldBe(theta);
        second.Theta.ShouldBe(first.Theta);
        first.Theta.SequenceEqual(theta).ShouldBeFalse();
    }

    [Fact]
    public void APairWithANonFiniteLossDropsOutWhole()
    {
        var losses = new float[] { 1, 2, 5, float.NaN, 3, 1, float.PositiveInfinity, 0 };
        uint[] began = [7, 7, 7, 7];
        foreach (var shaping in Enum.GetValues<FitnessShaping>())
        {
            var options = new EsOptions { PairCount = 4, Shaping = shaping };
            var (gradient, dropped) = EsGradient.Estimate(options, 5, 7, began, losses, [], 40, PhiloxNoise.Instance, 1);
            dropped.ShouldBe([new DroppedPair(7, 1), new DroppedPair(7, 3)]);

            // Weights of pairs 0 and 2 alone, ranks over their four losses 1 2 3 1.
            double[] fitness = shaping == FitnessShaping.None ? [1, 2, 3, 1] : [0.5 / 3 - 0.5, 2 / 3.0 - 0.5, 0.5, 0.5 / 3 - 0.5];
            var expected = new float[40];
            for (var u = 0; u < 2; u++)
            {
                var key = EsNoiseRule.Present(EsVariant.Full, 5, 7, 7, (uint)(2 * u));
                var weight = (float)((fitness[2 * u] - fitness[2 * u + 1]) / (2.0 * options.NoiseStd * 2));
                PhiloxNoise.Instance.AddWeighted([key], [weight], 0, expected);
            }
            gradient.ShouldBe(expected);
        }
    }

    [Fact]
    public void WithNoPairLeftThetaStays()
    {
        var es = new EvolutionStrategy(new EsOptions { PairCount = 2, MaxDroppedShare = 1 }, new Adam());
        var state = es.Init(Target, seed: 5);
        var (next, gradient, dropped) = es.Tell(state, [float.NaN, 1, 1, float.NaN], 0.1);
        gradient.ShouldBeEmpty();
        dropped.Count.ShouldBe(2);
        next.Theta.ShouldBe(Target);
        next.Optimizer.Steps.ShouldBe(0);
        next.Iteration.ShouldBe(1u);
    }

    [Fact]
    public void TooManyDroppedPairsStopTheRunWithWhatToReplay()
    {
        var es = new EvolutionStrategy(new EsOptions { PairCount = 4, MaxDroppedShare = 0.25 }, new Adam());
        var state = es.Init(Target, seed: 99);
        es.Tell(state, [float.NaN, 1, 1, 1, 1, 1, 1, 1], 0.1).Dropped.Count.ShouldBe(1);
        var error = Should.Throw<NonFiniteLossException>(() => es.Tell(state, [float.NaN, 1, 1, 1, 1, float.NaN, 1, 1], 0.1));
        error.Seed.ShouldBe(99u);
        error.Dropped.ShouldBe([new DroppedPair(0, 0), new DroppedPair(0, 2)]);
        error.Message.ShouldContain("seed 99, iteration 0, 0 (begun in 0), 2 (begun in 0)");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void TheGradientHasTheSameBitsForAnyNumberOfThreads(int threads)
    {
        var losses = Enumerable.Range(0, 32).Select(i => MathF.Cos(i)).ToArray();
        var began = new uint[16];
        var options = new EsOptions { PairCount = 16, Variant = EsVariant.Persistent };
        var (one, _) = EsGradient.Estimate(options, 5, 2, began, losses, [], 1111, PhiloxNoise.Instance, 1);
        var (many, _) = EsGradient.Estimate(options, 5, 2, began, losses, [], 1111, PhiloxNoise.Instance, threads);
        many.ShouldBe(one);
    }

    [Fact]
    public void TiesShareTheirMeanRank()
    {
        double[] values = [3, 1, 1, 2, 1];
        CentredRanks.Shape(values);
        values.ShouldBe([0.5, -0.25, -0.25, 0.25, -0.25]);
        double[] one = [7];
        CentredRanks.Shape(one);
        one.ShouldBe([0]);
    }

    [Fact]
    public void ImpossibleOptionsAreRefused()
    {
        Should.Throw<VsmlException>(() => new EvolutionStrategy(new EsOptions { PairCount = 0 }, new Adam()));
        Should.Throw<VsmlException>(() => new EvolutionStrategy(new EsOptions { NoiseStd = 0 }, new Adam())).Message.ShouldBe("options.noiseStd: it must be at least 1E-09, not 0.");
        Should.Throw<VsmlException>(() => new EvolutionStrategy(new EsOptions { NoiseStd = float.NaN }, new Adam()));
        Should.Throw<VsmlException>(() => new EvolutionStrategy(new EsOptions { MaxDroppedShare = 1.5 }, new Adam()));
    }

    private static float Quadratic(ReadOnlySpan<float> theta)
    {
        var sum = 0.0;
        for (var i = 0; i < theta.Length; i++) sum += (theta[i] - Target[i]) * (double)(theta[i] - Target[i]);
        return (float)(sum / theta.Length);
    }

    private static float[] Losses(EvolutionStrategy es, EsState state)
    {
        var population = es.Ask(state);
        var losses = new float[2 * population.PairCount];
        for (var pair = 0; pair < population.PairCount; pair++)
        {
            var (plus, minus) = population.Pair(pair);
            losses[2 * pair] = Quadratic(plus);
            losses[2 * pair + 1] = Quadratic(minus);
        }
        return losses;
    }
}
