using System.Diagnostics;
using Vsml.MetaTraining;

namespace Vsml.Tool.Training;

/// <summary>A line every few seconds, for logs.</summary>
/// <param name="context">Where to print.</param>
internal sealed class PlainTrainingProgress(ToolContext context) : ITrainingProgress
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly Stopwatch _sinceLine = new();

    /// <inheritdoc/>
    public void Iterated(TrainingProgress progress)
    {
        if (_sinceLine.IsRunning && _sinceLine.Elapsed < Pause && progress.Metrics.Iteration != progress.Iterations) return;
        _sinceLine.Restart();
        context.Output.WriteLine(TrainingLine.Of(progress));
    }

    /// <inheritdoc/>
    public void Evaluated(EvaluationMetrics metrics) => context.Output.WriteLine(TrainingLine.Of(metrics));

    /// <inheritdoc/>
    public void Planned(TapeMemory memory) => context.Output.WriteLine(memory.ToString());

    /// <inheritdoc/>
    public void Warned(string message) => context.Error.WriteLine("vsml: " + message);
}
