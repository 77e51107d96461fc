using Spectre.Console;
using Vsml.MetaTraining;

namespace Vsml.Tool.Training;

/// <summary>A bar with the figures of the present iteration; meta-tests and warnings scroll by above it.</summary>
/// <param name="task">The bar.</param>
/// <param name="console">The terminal.</param>
internal sealed class LiveTrainingProgress(ProgressTask task, IAnsiConsole console) : ITrainingProgress
{
    /// <inheritdoc/>
    public void Iterated(TrainingProgress progress)
    {
        task.MaxValue = progress.Iterations;
        task.Value = progress.Metrics.Iteration;
        task.Description = Markup.Escape(TrainingLine.Of(progress));
    }

    /// <inheritdoc/>
    public void Evaluated(EvaluationMetrics metrics) => console.WriteLine(TrainingLine.Of(metrics));

    /// <inheritdoc/>
    public void Planned(TapeMemory memory) => console.WriteLine(memory.ToString());

    /// <inheritdoc/>
    public void Warned(string message) => console.MarkupLineInterpolated($"[yellow]{message}[/]");
}
