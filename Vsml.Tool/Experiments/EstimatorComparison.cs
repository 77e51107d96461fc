using Vsml.Contracts;
using Vsml.MetaTraining;
using Vsml.Reporting;

namespace Vsml.Tool.Experiments;

/// <summary>How well the estimators of the meta-gradient do at growing episode lengths.</summary>
internal sealed class EstimatorComparison() : Experiment("es-against-bptt", "ES against BPTT at growing episode lengths")
{
    private const int Window = 10;

    /// <inheritdoc/>
    public override IReadOnlyList<PageBlock> Run(ExperimentRun run)
    {
        int[] lengths = run.IsQuick ? [10, 20, 50] : [10, 20, 50, 100, 200, 500];
        var (repeats, exact) = run.IsQuick ? (6, 128) : (20, 1024);
        var run0 = run.Configuration("run.json");
        var theta = MetaParameters.Initial(run0.Model, run0.Seed, run0.InitialInputGateBias);
        var rows = lengths.Select(length => run.Step($"length {length}", () => Compare(run0, theta, length, repeats, exact, run.Cancellation))).ToList();
        var estimators = rows[0].Select(row => row.Estimator).ToList();
        return
        [
            new ParagraphBlock(FormattableString.Invariant($"At the same theta and on the same tasks, each estimator gives {repeats} estimates: BPTT from 16 episodes each, ES from as many pairs as its name says. Bias: the cosine between their mean and the exact gradient, BPTT over {exact} other episodes; it is 1 for an unbiased estimator, but for the noise left in both. Variance: the mean squared distance of one estimate from their mean, divided by the squared norm of the exact gradient. Truncated BPTT goes back through {Window} examples alone, and its estimate is the mean over all such windows of the episodes. Intervals of 95 % over the {repeats} estimates: Student's t, and for the mean's cosine the jackknife.")),
            Chart("Cosine with the exact gradient: mean of all estimates", row => row.Cosine, logarithmic: false),
            Chart("Cosine with the exact gradient: one estimate, on average", row => row.SingleCosine, logarithmic: false),
            Chart("Variance of one estimate, relative to the exact gradient", row => row.Variance, logarithmic: true),
            new TableBlock(["episode length", "estimator", "cosine of the mean", "cosine of one", "relative variance"], [.. rows.SelectMany((row, i) => row.Select(one =>
                new TableRow([$"{lengths[i]}", one.Estimator, $"{one.Cosine}", $"{one.SingleCosine}", FormattableString.Invariant($"{one.Variance.Mean:G3} ± {one.Variance.Half:G2}")])))]),
        ];

        LineChartBlock Chart(string title, Func<Quality, Interval> value, bool logarithmic) => new(title, "episode length", title.Split(' ')[0].ToLowerInvariant(),
            [.. estimators.Select((name, e) => Interval.Line(name, [.. lengths.Select(length => (double)length)], [.. rows.Select(row => value(row[e]))], logarithmic ? 1e-12 : -1))]) { IsXLogarithmic = true, IsYLogarithmic = logarithmic };
    }

    private static List<Quality> Compare(RunConfiguration run, MetaParameters theta, int length, int repeats, int exact, CancellationToken cancellation)
    {
        var episodes = new EpisodeSource(run.Tasks, length);
        var context = new EstimatorContext(task => new VsmlTrainee(RuntimeCompiler.Find(Layouts.For(run.Model, task.InputSize, task.OutputSize), SimdLevels.Widest), SimdLevels.Widest), SimdLevels.Widest, Environment.ProcessorCount, CpuBackend.Instance);
        // Iterations of other numbers draw other episodes.
        var reference = Gradient(new BpttOptions { EpisodeCount = exact }, iteration: 1_000_000);
        (string Name, EstimatorConfiguration Options)[] estimators =
        [
            ("BPTT", new BpttOptions { EpisodeCount = 16 }),
            ("truncated BPTT", new BpttOptions { EpisodeCount = 16, Truncation = TruncationSchedule.Constant(Math.Min(Window, length)) }),
            ("ES, 64 pairs", new EsOptions { PairCount = 64 }),
            ("ES, 512 pairs", new EsOptions { PairCount = 512 }),
        ];
        return [.. estimators.Select(estimator =>
        {
            var estimates = Enumerable.Range(0, repeats).Select(repeat => Gradient(estimator.Options, (uint)repeat)).ToList();
            return Quality.Of(estimator.Name, estimates, reference);
        })];

        double[] Gradient(EstimatorConfiguration options, uint iteration)
        {
            var (estimator, unroll, sum) = (options.Create(context), UnrollState.Empty, new double[theta.Values.Length]);
            var windows = length / options.Truncation.Longest(length);
            for (var window = 0; window < windows; window++)
            {
                var estimate = estimator.Estimate(run.Seed, iteration * (uint)windows + (uint)window, theta.Values.ToArray(), episodes, unroll, cancellation);
                if (estimate.Gradient.Length == 0) throw new VsmlException($"Episodes of {length} examples gave no finite gradient.");
                for (var p = 0; p < sum.Length; p++) sum[p] += estimate.Gradient[p] / windows;
                unroll = estimate.State;
            }
            return sum;
        }
    }

    /// <summary>How good an estimator is.</summary>
    private sealed record Quality(string Estimator, Interval Cosine, Interval SingleCosine, Interval Variance)
    {
        public static Quality Of(string name, IReadOnlyList<double[]> estimates, double[] reference)
        {
            var count = estimates.Count;
            double[] sum = [.. reference.Select((_, p) => estimates.Sum(estimate => estimate[p]))];
            double[] mean = [.. sum.Select(value => value / count)];
            var square = reference.Sum(value => value * value);
            // Of their own mean they are nearer than of the expectation.
            var distances = estimates.Select(estimate => estimate.Zip(mean, (one, of) => (one - of) * (one - of)).Sum() / square * count / (count - 1)).ToList();
            return new(name,
                Interval.Jackknife(CosineOf(mean, reference), [.. estimates.Select(estimate => CosineOf(sum.Zip(estimate, (all, one) => all - one), reference))]),
                Interval.Of([.. estimates.Select(estimate => CosineOf(estimate, reference))]),
                Interval.Of(distances));
        }

        private static double CosineOf(IEnumerable<double> vector, double[] other)
        {
            var (product, square, otherSquare) = (0.0, 0.0, 0.0);
            foreach (var (x, y) in vector.Zip(other)) (product, square, otherSquare) = (product + x * y, square + x * x, otherSquare + y * y);
            return product / Math.Sqrt(square * otherSquare);
        }
    }
}
