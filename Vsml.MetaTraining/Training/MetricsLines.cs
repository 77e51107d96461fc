using System.Text.Json;

namespace Vsml.MetaTraining;

/// <summary>The lines of a run's metrics.jsonl (schemas/metrics.schema.json).</summary>
internal static class MetricsLines
{
    private const string IterationKind = "iteration", EvaluationKind = "evaluation";

    /// <summary>Opens the log of a run that goes on from a state: lines that lie ahead of it are removed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="state">Where the run goes on.</param>
    /// <exception cref="VsmlException">The file cannot be read or written.</exception>
    public static MetricsLog Open(string path, TrainingState state) =>
        MetricsLog.Open(path, (kind, iteration) => kind == EvaluationKind ? iteration <= state.LastEvaluated : iteration <= state.Iteration);

    /// <summary>Appends what is known about a meta-iteration.</summary>
    /// <param name="log">The log.</param>
    /// <param name="metrics">The meta-iteration.</param>
    /// <param name="elapsed">Since the run was begun or resumed.</param>
    /// <param name="seconds">What the meta-iteration took.</param>
    /// <param name="shared">Of it, what rank 0 waited for others, and bytes that it gave them; null in a run of one process.</param>
    /// <exception cref="VsmlException">The file cannot be written.</exception>
    public static void Append(this MetricsLog log, IterationMetrics metrics, TimeSpan elapsed, double seconds, (TimeSpan Idle, long Bytes)? shared = null) => log.Append(IterationKind, metrics.Iteration, writer =>
    {
        writer.WriteNumber("stage", metrics.Stage);
        WriteOptional(writer, "loss", metrics.Loss);
        WriteOptional(writer, "accuracy", metrics.Accuracy);
        writer.WriteNumber("learningRate", metrics.LearningRate);
        WriteOptional(writer, "gradientNorm", metrics.GradientNorm);
        writer.WriteNumber("examples", metrics.Examples);
        if (metrics.Tasks is { } tasks) writer.WriteNumber("tasks", tasks);
        if (metrics.Dropped.Count > 0) WriteDropped(writer, metrics.Dropped);
        if (metrics.Skipped) writer.WriteBoolean("skipped", true);
        writer.WriteNumber("elapsedSeconds", Math.Round(elapsed.TotalSeconds, 3));
        writer.WriteNumber("examplesPerSecond", Math.Round(metrics.Examples / seconds, 1));
        if (shared is not var (idle, bytes)) return;
        writer.WriteNumber("idleSeconds", Math.Round(idle.TotalSeconds, 6));
        writer.WriteNumber("sentBytesPerSecond", Math.Round(bytes / seconds, 1));
    });

    /// <summary>Appends what a periodic meta-test found.</summary>
    /// <param name="log">The log.</param>
    /// <param name="metrics">What it found.</param>
    /// <param name="seconds">What it took.</param>
    /// <exception cref="VsmlException">The file cannot be written.</exception>
    public static void Append(this MetricsLog log, EvaluationMetrics metrics, double seconds) => log.Append(EvaluationKind, metrics.Iteration, writer =>
    {
        writer.WriteNumber("score", metrics.Score);
        writer.WriteBoolean("best", metrics.IsBest);
        writer.WriteStartArray("results");
        foreach (var result in metrics.Results)
        {
            writer.WriteStartObject();
            writer.WriteString("task", result.Task);
            writer.WriteNumber("accuracy", result.Accuracy);
            if (result.StandardError is { } error) writer.WriteNumber("standardError", error);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteNumber("evaluationSeconds", Math.Round(seconds, 3));
    });

    private static void WriteOptional(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number)) writer.WriteNumber(name, number);
        else writer.WriteNull(name);
    }

    private static void WriteDropped(Utf8JsonWriter writer, IReadOnlyList<DroppedPair> dropped)
    {
        writer.WriteStartArray("dropped");
        foreach (var pair in dropped)
        {
            writer.WriteStartObject();
            writer.WriteNumber("began", pair.Began);
            writer.WriteNumber("pair", pair.Pair);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
