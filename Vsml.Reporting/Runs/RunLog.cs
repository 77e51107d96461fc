using System.Globalization;
using System.Text.Json;
using Vsml.Files;

namespace Vsml.Reporting;

/// <summary>What the folder of a run tells: its configuration and metrics (formats.md, "The run folder"). Read leniently, since what remains of a damaged run is worth seeing.</summary>
internal sealed class RunLog
{
    private const string RunFile = "run.json", MetricsFile = "metrics.jsonl";
    private readonly SortedDictionary<int, MetricsPoint> _iterations = [];
    private readonly SortedDictionary<int, EvaluationPoint> _evaluations = [];
    private readonly SortedDictionary<int, ClonePoint> _cloning = [];
    private readonly List<string> _problems = [];

    private RunLog(string path, string configuration)
    {
        (Path, Configuration) = (path, configuration);
        Fields = StrictJson.Parse(configuration, System.IO.Path.Combine(path, RunFile), Flat);
    }

    /// <summary>The folder as it was named.</summary>
    public string Path { get; }

    /// <summary>What the report calls the run.</summary>
    public string Name { get; set; } = "";

    /// <summary>The text of run.json.</summary>
    public string Configuration { get; }

    /// <summary>Every value of the configuration by its path, as JSON.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; }

    /// <summary>Meta-iterations in order.</summary>
    public IReadOnlyCollection<MetricsPoint> Iterations => _iterations.Values;

    /// <summary>Periodic meta-tests in order.</summary>
    public IReadOnlyCollection<EvaluationPoint> Evaluations => _evaluations.Values;

    /// <summary>Iterations of a run that clones backpropagation, in order; of another run none.</summary>
    public IReadOnlyCollection<ClonePoint> Cloning => _cloning.Values;

    /// <summary>Whether the run clones backpropagation, which its configuration shows.</summary>
    public bool IsCloning => Fields.ContainsKey("stages[0].task");

    /// <summary>What is missing or damaged, in words.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Meta-iterations that the configuration asks for.</summary>
    public long PlannedIterations => Fields.Where(entry => IsStageLength(entry.Key)).Sum(entry => long.TryParse(entry.Value, CultureInfo.InvariantCulture, out var count) ? count : 0);

    /// <summary>Whether a path is a folder of a run.</summary>
    public static bool IsAt(string path) => File.Exists(System.IO.Path.Combine(path, RunFile));

    /// <summary>Reads a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="VsmlException">run.json cannot be read or is not JSON.</exception>
    public static RunLog Read(string path)
    {
        var log = new RunLog(path, StrictJson.ReadText(System.IO.Path.Combine(path, RunFile)));
        log.ReadMetrics(System.IO.Path.Combine(path, MetricsFile));
        return log;
    }

    /// <summary>A value of the configuration as text; empty where it is left out.</summary>
    /// <param name="field">Its path.</param>
    public string Field(string field) => Fields.TryGetValue(field, out var value) ? value.Trim('"') : "";

    private static bool IsStageLength(string path) => path.StartsWith("stages[", StringComparison.Ordinal) && path.EndsWith("].iterations", StringComparison.Ordinal);

    private void ReadMetrics(string path)
    {
        if (!File.Exists(path))
        {
            _problems.Add($"There is no {MetricsFile} yet, so there is nothing to draw.");
            return;
        }
        var damaged = new List<int>();
        try
        {
            // The run may be writing at this moment.
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            for (var number = 1; reader.ReadLine() is { } line; number++)
                if (!TakeLine(line)) damaged.Add(number);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VsmlException($"Cannot read '{path}': {exception.Message}", exception);
        }
        if (damaged.Count > 0) _problems.Add($"{MetricsFile}: {(damaged.Count == 1 ? "line" : "lines")} {string.Join(", ", damaged.Take(10))}{(damaged.Count > 10 ? $" and {damaged.Count - 10} more" : "")} cannot be read and {(damaged.Count == 1 ? "is" : "are")} left out.");
        if (IsCloning)
        {
            if (_cloning.Count == 0) _problems.Add($"{MetricsFile} has no iterations, so there are no curves.");
            return;
        }
        if (_iterations.Count == 0) _problems.Add($"{MetricsFile} has no meta-iterations, so there are no training curves.");
        if (_evaluations.Count == 0) _problems.Add(Fields.Keys.Any(key => key.StartsWith("evaluation.", StringComparison.Ordinal))
            ? "There are no periodic meta-tests yet."
            : "Its configuration asks for no periodic meta-tests (evaluation), so none are shown.");
    }

    private bool TakeLine(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var iteration = root.GetProperty("iteration").GetInt32();
            switch (root.GetProperty("kind").GetString())
            {
                case "iteration":
                    _iterations[iteration] = new(iteration, Number(root, "loss"), Number(root, "accuracy"), Number(root, "learningRate"), Number(root, "gradientNorm"), Number(root, "examplesPerSecond"), Number(root, "examples"));
                    break;
                case "evaluation":
                    _evaluations[iteration] = new(iteration, root.GetProperty("score").GetDouble(), [.. root.GetProperty("results").EnumerateArray()
                        .Select(result => new TaskAccuracy(result.GetProperty("task").GetString()!, result.GetProperty("accuracy").GetDouble(), Number(result, "standardError")))]);
                    break;
                case "clone":
                    _cloning[iteration] = new(iteration, root.GetProperty("loss").GetDouble(), root.GetProperty("forwardMessage").GetDouble(), root.GetProperty("backwardMessage").GetDouble(),
                        root.GetProperty("weightChange").GetDouble(), root.GetProperty("biasChange").GetDouble());
                    break;
            }
            return true;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return false;
        }
    }

    private static double? Number(JsonElement line, string field) =>
        line.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static Dictionary<string, string> Flat(JsonElement root)
    {
        var fields = new Dictionary<string, string>();
        Visit(root, "");
        return fields;

        void Visit(JsonElement element, string path)
        {
            if (element.ValueKind == JsonValueKind.Object)
                foreach (var property in element.EnumerateObject()) Visit(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}");
            else if (element.ValueKind == JsonValueKind.Array)
                foreach (var (item, i) in element.EnumerateArray().Select((item, i) => (item, i))) Visit(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"));
            else fields[path] = element.GetRawText();
        }
    }
}

/// <summary>One meta-iteration of a run; null where a figure was not there.</summary>
internal sealed record MetricsPoint(int Iteration, double? Loss, double? Accuracy, double? LearningRate, double? GradientNorm, double? ExamplesPerSecond, double? Examples);

/// <summary>One periodic meta-test of a run.</summary>
internal sealed record EvaluationPoint(int Iteration, double Score, IReadOnlyList<TaskAccuracy> Tasks);

/// <summary>Accuracy on one task, with its standard error where there is one.</summary>
internal sealed record TaskAccuracy(string Task, double Accuracy, double? StandardError);

/// <summary>One iteration of a run that clones backpropagation: the loss and its parts.</summary>
internal sealed record ClonePoint(int Iteration, double Loss, double ForwardMessage, double BackwardMessage, double WeightChange, double BiasChange);
