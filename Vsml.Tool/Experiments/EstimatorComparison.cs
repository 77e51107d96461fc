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
            new ParagraphBlock(FormattableString.Invariant($"At the same theta and on the same tasks, each estimator gives {repeats} estimates with equal numbers of episodes. Bias: the cosine between their mean and the exact gradient, BPTT over {exact} other episodes; it is 1 for an unbiased estimator, but for the noise left in both. Variance: the mean squared distance of one estimate from their mean, divided by the squared norm of the exact gradient. Truncated BPTT goes back through {Window} examples alone; it takes the first {Window}.")),
            Chart("Cosine with the exact gradient: mean of all estimates", row => row.Cosine, logarithmic: false),
            Chart("Cosine with the exact gradient: one estimate, on average", row => row.SingleCosine, logarithmic: false),
            Chart("Variance of one estimate, relative to the exact gradient", row => Math.Max(row.Variance, 1e-12), logarithmic: true),
            new TableBlock(["episode length", "estimator", "cosine of the mean", "cosine of one", "relative variance"], [.. rows.SelectMany((row, i) => row.Select(one =>
                new TableRow([$"{lengths[i]}", one.Estimator, Text($"{one.Cosine:0.000}"), Text($"{one.SingleCosine:0.000}"), Text($"{one.Variance:G3}")])))]),
        ];

        LineChartBlock Chart(string title, Func<Quality, double> value, bool logarithmic) => new(title, "episode length", title.Split(' ')[0].ToLowerInvariant(),
            [.. estimators.Select((name, e) => new ChartLine(name, [.. lengths.Select(length => (double)length)], [.. rows.Select(row => (double?)value(row[e]))]) { HasPoints = true })]) { IsXLogarithmic = true, IsYLogarithmic = logarithmic };
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

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
            double[] mean = [.. reference.Select((_, p) => estimates.Average(estimate => estimate[p]))];
            return new Quality(estimator.Name, Cosine(mean, reference), estimates.Average(estimate => Cosine(estimate, reference)),
                estimates.Average(estimate => estimate.Zip(mean, (one, of) => (one - of) * (one - of)).Sum()) / reference.Sum(value => value * value));
        })];

        double[] Gradient(EstimatorConfiguration options, uint iteration)
        {
            var estimate = options.Create(context).Estimate(run.Seed, iteration, theta.Values.ToArray(), episodes, UnrollState.Empty, cancellation);
            return estimate.Gradient.Length > 0 ? [.. estimate.Gradient.Select(value => (double)value)] : throw new VsmlException($"Episodes of {length} examples gave no finite gradient.");
        }
    }

    private static double Cosine(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(y => y * y));

    /// <summary>How good an estimator is.</summary>
    private sealed record Quality(string Estimator, double Cosine, double SingleCosine, double Variance);
}
