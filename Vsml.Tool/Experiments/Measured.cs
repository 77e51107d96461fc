using Vsml.Evaluation;
using Vsml.MetaTraining;
using Vsml.Reporting;

namespace Vsml.Tool.Experiments;

/// <summary>What a learner did on one task: figures that a step keeps.</summary>
/// <param name="Task">The task.</param>
/// <param name="Learner">The learner.</param>
/// <param name="Ranges">Accuracy over each range of examples, with its confidence interval over episodes.</param>
/// <param name="Curve">Accuracy over the last examples [points].</param>
/// <param name="Errors">Standard errors of these [points].</param>
/// <param name="Places">Where the points are: number of examples seen.</param>
internal sealed record Measured(string Task, string Learner, IReadOnlyDictionary<string, Interval> Ranges, IReadOnlyList<double?> Curve, IReadOnlyList<double?> Errors, IReadOnlyList<double> Places)
{
    private const int Points = 80;

    /// <summary>Runs learners on the same episodes of a task.</summary>
    public static IReadOnlyList<Measured> Of(string name, TaskDescription task, IReadOnlyList<MetaTestLearner> learners, MetaTestOptions options, CancellationToken cancellation)
    {
        var report = MetaTest.Run(task, learners, options, cancellation: cancellation);
        double[] places = [.. Enumerable.Range(0, Points + 1).Select(i => Math.Round(Math.Pow(report.Length, i / (double)Points))).Distinct()];
        return [.. report.Curves.Select(curve =>
        {
            var moving = curve.Moving(LearningCurve.Window);
            return new Measured(name, curve.Learner,
                Horizon.All.Where(horizon => report.Find(curve.Learner, horizon) is not null).ToDictionary(horizon => horizon.Name, horizon => Of(report.Find(curve.Learner, horizon)!)),
                [.. places.Select(place => (double?)Math.Round(moving[(int)place - 1], 4))],
                [.. places.Select(place => curve.StandardErrors is { } errors ? Math.Round(errors[(int)place - 1], 4) : (double?)null)],
                places);
        })];
    }

    private static Interval Of(MetaTestResult result) => Interval.Of([.. result.Correct.Select(correct => (double)correct / result.Examples)]);

    /// <summary>A VSML network with a theta that comes with the runtime.</summary>
    public static MetaTestLearner Shipped(string theta, TaskDescription task) => Network($"VSML ({theta})", MetaParameters.Shipped(theta), task);

    /// <summary>What a run of meta-training made.</summary>
    public static MetaTestLearner Trained(string name, TrainingResult trained, TaskDescription task) =>
        trained.Learner is { } other ? MetaTestLearner.Of(name, other) : Network(name, trained.Theta, task);

    /// <summary>A VSML network.</summary>
    public static MetaTestLearner Network(string name, MetaParameters theta, TaskDescription task)
    {
        var model = RuntimeCompiler.Find(Layouts.For(theta.Architecture, task.InputSize, task.OutputSize), null);
        return MetaTestLearner.Vsml(name, model, model.Pack(theta));
    }

    /// <summary>A chart of all curves of a task.</summary>
    public static LineChartBlock Chart(string title, IEnumerable<Measured> learners) => new(title, "examples seen (logarithmic)", "accuracy",
        [.. learners.Select(learner => ChartLine.WithBand(learner.Learner, learner.Places, learner.Curve, learner.Errors) with { IsEmphasised = learner.Learner.StartsWith("VSML", StringComparison.Ordinal) })])
    { IsXLogarithmic = true, IsShare = true };

    /// <summary>A table with a row for each.</summary>
    public static TableBlock Table(IReadOnlyList<Measured> rows, params IReadOnlyList<Horizon> ranges) => new(["task", "learner", .. ranges.Select(range => range.Name)],
        [.. rows.Select(row => new TableRow([row.Task, row.Learner, .. ranges.Select(range => row.Ranges.TryGetValue(range.Name, out var found) ? found.ToString() : "–")], row.Learner.StartsWith("VSML", StringComparison.Ordinal)))]);
}
