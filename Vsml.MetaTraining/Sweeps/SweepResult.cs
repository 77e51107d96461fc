using System.Text.Json;

namespace Vsml.MetaTraining;

/// <summary>What a run of a sweep came to.</summary>
/// <param name="Run">The run.</param>
/// <param name="Status">finished, stopped, failed, or waiting for one that has not begun.</param>
/// <param name="Iteration">Meta-iterations in its metrics.</param>
/// <param name="Loss">Mean loss of the last of them, or null.</param>
/// <param name="Accuracy">Accuracy of the last of them, or null.</param>
/// <param name="Score">The best score of its periodic meta-tests, or null.</param>
/// <param name="Error">What ended it, if it failed.</param>
public sealed record SweepResult(SweepRun Run, string Status, int Iteration, double? Loss, double? Accuracy, double? Score, string? Error)
{
    /// <summary>What a run's folder tells.</summary>
    /// <param name="run">The run.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="error">What ended it, if it failed.</param>
    /// <exception cref="VsmlException">Its metrics cannot be read.</exception>
    public static SweepResult Of(SweepRun run, string folder, string? error = null)
    {
        var metrics = Path.Combine(folder, "metrics.jsonl");
        var (iteration, loss, accuracy, score) = (0, (double?)null, (double?)null, (double?)null);
        foreach (var line in Lines(metrics))
        {
            using var document = Parse(line);
            if (document is null) continue;
            var root = document.RootElement;
            if (Number(root, "score") is { } found) score = Math.Max(score ?? found, found);
            else (iteration, loss, accuracy) = ((int)(Number(root, "iteration") ?? 0), Number(root, "loss"), Number(root, "accuracy"));
        }
        var status = error is not null ? "failed" : iteration == run.Configuration.Iterations ? "finished" : iteration > 0 ? "stopped" : "waiting";
        return new SweepResult(run, status, iteration, loss, accuracy, score, error);
    }

    // The run may be writing at this moment.
    private static List<string> Lines(string metrics)
    {
        var lines = new List<string>();
        if (!File.Exists(metrics)) return lines;
        try
        {
            using var reader = new StreamReader(new FileStream(metrics, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            while (reader.ReadLine() is { } line) lines.Add(line);
            return lines;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VsmlException($"Cannot read '{metrics}': {exception.Message}", exception);
        }
    }

    // A process that was killed may leave half a line.
    private static JsonDocument? Parse(string line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static double? Number(JsonElement root, string field) => root.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
