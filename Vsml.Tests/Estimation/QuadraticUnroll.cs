using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Tests.Estimation;

/// <summary>
/// An inner problem whose loss is quadratic in theta: s_t = decay * s_(t-1) + theta, loss_t = sum over entries of
/// (s_t - target_t)^2, from s_0 = 0. Runs parts of it as the estimators ask.
/// </summary>
internal sealed class QuadraticUnroll : IPopulationRunner
{
    private const double Decay = 0.8;

    public PopulationResult Run(PopulationRequest request, CancellationToken cancellation = default)
    {
        var (pairs, size) = (request.PairCount, request.Theta.Length);
        var (plus, minus) = (new float[size], new float[size]);
        var result = new PopulationResult(new float[2 * pairs], new int[pairs], new int[pairs], 0, UnrollState.Empty);
        var (began, positions, learners) = (new uint[pairs], new int[pairs], new float[pairs][]);
        for (var pair = 0; pair < pairs; pair++)
        {
            var fresh = request.State.PairCount == 0 || request.State.Positions[pair] == 0;
            began[pair] = request.State.PairCount == 0 ? request.Iteration : request.State.Began[pair];
            var from = fresh ? 0 : request.State.Positions[pair];
            var to = Math.Min(request.Episodes.Length, from + request.Length);
            var key = EsNoiseRule.Present(request.Variant, request.Seed, began[pair], request.Iteration, (uint)pair);
            NormalNoise.Perturb(key, request.Theta.Span, request.NoiseStd, plus, minus);
            var before = fresh ? new float[2 * size] : request.State.Learners[pair];
            var after = new float[2 * size];
            result.Losses[2 * pair] = Unroll(plus, before.AsSpan(0, size), after.AsSpan(0, size), from, to);
            result.Losses[2 * pair + 1] = Unroll(minus, before.AsSpan(size), after.AsSpan(size), from, to);
            if (request.Variant == EsVariant.Truncated)
            {
                Unroll(request.Theta.Span, before.AsSpan(0, size), after.AsSpan(0, size), from, to);
                after.AsSpan(0, size).CopyTo(after.AsSpan(size));
            }
            result.Counted[pair] = to - from;
            var ended = to == request.Episodes.Length;
            (positions[pair], learners[pair]) = ended ? (0, []) : (to, after);
            if (ended) began[pair] = request.Iteration + 1;
        }
        return result with { State = new UnrollState(began, positions, learners) };
    }

    /// <summary>Gradient of the mean loss; with a truncation, the gradient that does not see past the part's beginning.</summary>
    public static double[] Gradient(float[] theta, int length, int? truncation)
    {
        var gradient = new double[theta.Length];
        for (var i = 0; i < theta.Length; i++)
            for (var t = 1; t <= length; t++)
            {
                var seen = truncation is { } window ? (t - 1) % window + 1 : t;
                gradient[i] += 2 * Gain(seen) * (Gain(t) * theta[i] - Target(t, i)) / length;
            }
        return gradient;
    }

    // d s_t / d theta after so many steps.
    private static double Gain(int steps) => (1 - Math.Pow(Decay, steps)) / (1 - Decay);

    private static double Target(int t, int entry) => 0.5 * t - entry;

    private static float Unroll(ReadOnlySpan<float> theta, ReadOnlySpan<float> before, Span<float> after, int from, int to)
    {
        var sum = 0.0;
        for (var i = 0; i < theta.Length; i++)
        {
            double s = before[i];
            for (var t = from + 1; t <= to; t++)
            {
                s = Decay * s + theta[i];
                sum += (s - Target(t, i)) * (s - Target(t, i));
            }
            after[i] = (float)s;
        }
        return (float)(sum / (to - from));
    }
}
