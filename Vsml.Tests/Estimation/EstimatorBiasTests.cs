using Vsml.MetaTraining;

namespace Vsml.Tests.Estimation;

/// <summary>On a loss quadratic in theta, antithetic ES has no smoothing bias: what is left is the estimator's own.</summary>
public class EstimatorBiasTests
{
    private const int Length = 7, Window = 2, Repetitions = 1_500;
    private const ulong Seed = 1;
    private static readonly float[] Theta = [0.3f, -0.8f, 0.1f];

    [Theory]
    [InlineData(EsVariant.Full)]
    [InlineData(EsVariant.Persistent)]
    [InlineData(EsVariant.NoiseReuse)]
    public void TheEstimateIsUnbiased(EsVariant variant)
    {
        var (mean, error) = MeanEstimate(variant);
        var expected = QuadraticUnroll.Gradient(Theta, Length, truncation: null);
        for (var i = 0; i < Theta.Length; i++) mean[i].ShouldBe(expected[i], 3 * error[i]);
    }

    [Fact]
    public void TruncatedEsIsBiasedByWhatItDoesNotSee()
    {
        var (mean, error) = MeanEstimate(EsVariant.Truncated);
        var unbiased = QuadraticUnroll.Gradient(Theta, Length, truncation: null);
        var truncated = QuadraticUnroll.Gradient(Theta, Length, Window);
        for (var i = 0; i < Theta.Length; i++)
        {
            mean[i].ShouldBe(truncated[i], 3 * error[i]);
            Math.Abs(mean[i] - unbiased[i]).ShouldBeGreaterThan(10 * error[i]);
        }
    }

    // Mean over repetitions of the summed estimates of one episode, each weighed by its share of the examples.
    private static (double[] Mean, double[] Error) MeanEstimate(EsVariant variant)
    {
        var truncation = variant == EsVariant.Full ? TruncationSchedule.None : TruncationSchedule.Constant(Window);
        var options = new EsOptions { Variant = variant, PairCount = 4, NoiseStd = 0.1f, Truncation = truncation };
        var estimator = new EvolutionStrategyEstimator(options, new QuadraticUnroll(), threads: 1);
        var episodes = new EpisodeSource(new SumSignTask(), Length);
        var parts = variant == EsVariant.Full ? 1 : (Length + Window - 1) / Window;
        var (sum, squares) = (new double[Theta.Length], new double[Theta.Length]);
        var state = UnrollState.Empty;
        for (uint repetition = 0; repetition < Repetitions; repetition++)
        {
            var total = new double[Theta.Length];
            for (uint part = 0; part < parts; part++)
            {
                var estimate = estimator.Estimate(Seed, repetition * (uint)parts + part, Theta, episodes, state);
                state = estimate.State;
                for (var i = 0; i < total.Length; i++)
                    total[i] += estimate.Gradient[i] * (parts == 1 ? 1 : Window / (double)Length);
            }
            for (var i = 0; i < total.Length; i++)
            {
                sum[i] += total[i];
                squares[i] += total[i] * total[i];
            }
        }
        var mean = sum.Select(value => value / Repetitions).ToArray();
        var error = squares.Select((value, i) => Math.Sqrt((value / Repetitions - mean[i] * mean[i]) / Repetitions)).ToArray();
        return (mean, error);
    }
}
