using Microsoft.Extensions.Logging;

namespace Vsml.MetaTraining;

/// <summary>
/// Tells a logger how a run goes: meta-iterations and checkpoints at level Debug, meta-tests and memory at Information, what is worth
/// knowing at Warning.
/// </summary>
/// <param name="logger">The logger.</param>
public sealed partial class LoggingProgress(ILogger logger) : ITrainingProgress
{
    /// <inheritdoc/>
    public void Iterated(TrainingProgress progress) =>
        Iterated(logger, progress.Metrics.Iteration, progress.Iterations, progress.Metrics.Loss, progress.Metrics.Accuracy, progress.ExamplesPerSecond);

    /// <inheritdoc/>
    public void Evaluated(EvaluationMetrics metrics)
    {
        foreach (var result in metrics.Results) Evaluated(logger, metrics.Iteration, result.Task, result.Accuracy, result.StandardError);
    }

    /// <inheritdoc/>
    public void Planned(TapeMemory memory) => Planned(logger, memory);

    /// <inheritdoc/>
    public void Saved(string path) => Saved(logger, path);

    /// <inheritdoc/>
    public void Warned(string message) => Warned(logger, message);

    [LoggerMessage(1, LogLevel.Debug, "Meta-iteration {Iteration} of {Iterations}: loss {Loss}, accuracy {Accuracy}, {ExamplesPerSecond} examples per second")]
    private static partial void Iterated(ILogger logger, int iteration, int iterations, double? loss, double? accuracy, double examplesPerSecond);

    [LoggerMessage(2, LogLevel.Information, "Meta-test at meta-iteration {Iteration}: accuracy on {Task} {Accuracy}, standard error {StandardError}")]
    private static partial void Evaluated(ILogger logger, int iteration, string task, double accuracy, double? standardError);

    [LoggerMessage(3, LogLevel.Information, "{Memory}")]
    private static partial void Planned(ILogger logger, TapeMemory memory);

    [LoggerMessage(4, LogLevel.Debug, "Checkpoint {Path}")]
    private static partial void Saved(ILogger logger, string path);

    [LoggerMessage(5, LogLevel.Warning, "{Message}")]
    private static partial void Warned(ILogger logger, string message);
}
