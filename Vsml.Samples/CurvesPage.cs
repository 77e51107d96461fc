using Vsml.Evaluation;
using Vsml.MetaTraining;
using Vsml.Reporting;

namespace Vsml.Samples;

/// <summary>A page with the learning curves that needs nothing but itself.</summary>
internal static class CurvesPage
{
    private const int TrainingPoints = 400;

    /// <summary>Writes the page.</summary>
    public static void Write(string path, RunConfiguration run, TrainingHistory history, IReadOnlyList<NamedMetaTest> tests) =>
        new ReportPage("A learning algorithm that was itself learned",
        [
            new ParagraphBlock(FormattableString.Invariant($"A network of shared sub-RNNs was meta-trained by {TrainingDisplay.MethodName(run)} for {run.Iterations} iterations (seed {run.Seed}) on small tasks made of shrunk MNIST training images. Then, with its meta-parameters fixed, it learned images and sizes it never saw, one example after another, by running forward alone. SGD and Adam train a linear softmax classifier, each with the best of 13 learning rates, chosen on these very episodes.")),
            .. Report.Chapter(tests, curve => ResultTable.Name(curve.Learner) + (curve.Variant.Length > 0 ? $" ({curve.Variant})" : "")),
            new HeadingBlock("Meta-training"),
            new ParagraphBlock("Accuracy on the training tasks, at perturbed meta-parameters (it drops where tasks become harder), and in the periodic meta-test that chooses the best meta-parameters."),
            Training(history),
        ]).Write(path);

    private static LineChartBlock Training(TrainingHistory history)
    {
        var chunks = history.Iterations.Chunk(Math.Max(1, history.Iterations.Count / TrainingPoints)).ToArray();
        return new("Accuracy during meta-training", "meta-iteration", "accuracy",
        [
            new ChartLine("training tasks", [.. chunks.Select(chunk => (double)chunk[^1].Iteration)], [.. chunks.Select(chunk => chunk.Average(metrics => metrics.Accuracy))]),
            new ChartLine("meta-test", [.. history.Evaluations.Select(evaluation => (double)evaluation.Iteration)], [.. history.Evaluations.Select(evaluation => (double?)evaluation.Score)]) { HasPoints = true, IsEmphasised = true },
        ]) { IsShare = true };
    }
}
