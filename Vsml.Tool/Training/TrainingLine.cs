using System.Globalization;
using Vsml.MetaTraining;
using Vsml.Reporting;

namespace Vsml.Tool.Training;

/// <summary>Progress of a run as one line of text.</summary>
internal static class TrainingLine
{
    /// <summary>Iteration, loss, accuracy, speed and time left.</summary>
    /// <param name="progress">How the run goes.</param>
    public static string Of(TrainingProgress progress)
    {
        var metrics = progress.Metrics;
        return string.Create(CultureInfo.InvariantCulture,
            $"iteration {metrics.Iteration}/{progress.Iterations}  loss {Number(metrics.Loss)}  accuracy {Number(metrics.Accuracy)}  {progress.ExamplesPerSecond:#,0} examples/s  {Time(progress.TimeLeft)} left");
    }

    /// <summary>Accuracies of a meta-test.</summary>
    /// <param name="metrics">What it found.</param>
    public static string Of(EvaluationMetrics metrics)
    {
        var accuracies = metrics.Results.Select(result => $"{result.Task} {AccuracyText.Of(result.Accuracy, result.StandardError)}");
        return string.Create(CultureInfo.InvariantCulture, $"meta-test at iteration {metrics.Iteration}: {string.Join(", ", accuracies)}{(metrics.IsBest ? " (best so far)" : "")}");
    }

    /// <summary>How long a stage will take.</summary>
    /// <param name="stage">The stage.</param>
    public static string Of(StageForecast stage) => string.Create(CultureInfo.InvariantCulture,
        $"stage {stage.Stage}: {stage.Iterations:#,0} iterations of {stage.SecondsPerIteration:0.####} s: {Time(TimeSpan.FromSeconds(Math.Min(stage.Seconds, 1e9)))}");

    private static string Number(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>A time for people: 4:05, 3:35:51, and of days no seconds, 2 d 3:35.</summary>
    /// <param name="time">The time.</param>
    internal static string Time(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => time.ToString(@"d\ \d\ h\:mm", CultureInfo.InvariantCulture),
        { TotalHours: >= 1 } => time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture),
        _ => time.ToString(@"m\:ss", CultureInfo.InvariantCulture),
    };
}
