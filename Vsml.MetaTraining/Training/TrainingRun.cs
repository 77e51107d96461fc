using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Vsml.MetaTraining;

/// <summary>
/// A meta-training run: iterations, periodic meta-tests, metrics and checkpoints in a run folder. Killed at any moment and begun
/// again, it ends with the same bits as if it had never stopped.
/// </summary>
public sealed class TrainingRun
{
    private readonly MetaTrainer _trainer;
    private readonly TrainingOptions _options;
    private readonly RunFolder? _folder;
    private readonly Stopwatch _clock = new();
    private double _secondsPerWork;
    private TapeMemory? _memory;

    /// <summary>Prepares a run.</summary>
    /// <param name="configuration">The run.</param>
    /// <param name="models">The compiled model of each layout.</param>
    /// <param name="options">Threads, time limit, progress; null for the defaults.</param>
    /// <exception cref="VsmlException">The configuration does not fit together, or data are not there.</exception>
    public TrainingRun(RunConfiguration configuration, Func<Architecture, VsmlModel> models, TrainingOptions? options = null)
        : this(configuration, models, options, null)
    {
    }

    /// <summary>Prepares the run of a folder; it goes on from the newest good checkpoint there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="models">The compiled model of each layout.</param>
    /// <param name="options">Threads, time limit, progress; null for the defaults.</param>
    /// <exception cref="VsmlException">The configuration does not fit together, or data are not there.</exception>
    public TrainingRun(RunFolder folder, Func<Architecture, VsmlModel> models, TrainingOptions? options = null)
        : this(folder.Configuration, models, options, folder)
    {
    }

    private TrainingRun(RunConfiguration configuration, Func<Architecture, VsmlModel> models, TrainingOptions? options, RunFolder? folder)
    {
        _options = options ?? new TrainingOptions();
        _trainer = new MetaTrainer(configuration, models, _options.Threads);
        _folder = folder;
    }

    private RunConfiguration Configuration => _trainer.Configuration;

    /// <summary>Runs until the last iteration, the time limit or cancellation; in each case with a checkpoint at the end.</summary>
    /// <param name="cancellation">Stops the run; a meta-iteration that is not done is given up.</param>
    /// <exception cref="VsmlException">
    /// A file cannot be read or written, or too many losses were not finite; the message then has the seeds to replay.
    /// </exception>
    public TrainingResult Run(CancellationToken cancellation = default)
    {
        _clock.Restart();
        var state = _folder?.Checkpoints.LoadNewest(Warn) ?? _trainer.Initial();
        var saved = state.Iteration;
        using var metrics = _folder is null ? null : MetricsLog.Open(_folder.MetricsPath, (kind, iteration) => kind == EvaluationKind ? iteration <= state.LastEvaluated : iteration <= state.Iteration);
        WriteTheta(state);

        void Save()
        {
            if (_folder is null) return;
            metrics!.FlushToDisk();
            _folder.Checkpoints.Save(state);
            if (Configuration.Evaluation is null) WriteTheta(state);
            saved = state.Iteration;
            _options.Progress?.Saved(_folder.Checkpoints.PathOf(saved));
        }

        while (true)
        {
            if (_trainer.IsEvaluationDue(state))
                try
                {
                    state = Evaluate(state, metrics, cancellation);
                }
                catch (OperationCanceledException)
                {
                    Save();
                    return Result(TrainingStop.Cancelled, state);
                }
            TrainingStop? stop = state.Iteration == Configuration.Iterations ? TrainingStop.Finished
                : cancellation.IsCancellationRequested ? TrainingStop.Cancelled
                : _clock.Elapsed >= _options.TimeLimit ? TrainingStop.TimeLimit
                : null;
            if (stop is not null || (state.Iteration % Configuration.Checkpoints.Interval == 0 && saved != state.Iteration)) Save();
            if (stop is { } reason) return Result(reason, state);
            try
            {
                state = Step(state, metrics, cancellation);
            }
            catch (OperationCanceledException)
            {
                // The checkpoint is that of the iteration before.
            }
            catch (NonFiniteLossException exception)
            {
                Save();
                throw new VsmlException(exception.Message, exception);
            }
        }
    }

    private const string IterationKind = "iteration", EvaluationKind = "evaluation";

    private TrainingState Step(TrainingState state, MetricsLog? log, CancellationToken cancellation)
    {
        var started = _clock.Elapsed;
        var (next, metrics) = _trainer.Step(state, cancellation);
        if (_trainer.Memory is { } memory && memory != _memory) _options.Progress?.Planned(_memory = memory);
        var seconds = Math.Max((_clock.Elapsed - started).TotalSeconds, 1e-9);
        log?.Append(IterationKind, metrics.Iteration, writer =>
        {
            writer.WriteNumber("stage", metrics.Stage);
            WriteOptional(writer, "loss", metrics.Loss);
            WriteOptional(writer, "accuracy", metrics.Accuracy);
            writer.WriteNumber("learningRate", metrics.LearningRate);
            WriteOptional(writer, "gradientNorm", metrics.GradientNorm);
            writer.WriteNumber("examples", metrics.Examples);
            if (metrics.Dropped.Count > 0) WriteDropped(writer, metrics.Dropped);
            if (metrics.Skipped) writer.WriteBoolean("skipped", true);
            writer.WriteNumber("elapsedSeconds", Math.Round(_clock.Elapsed.TotalSeconds, 3));
            writer.WriteNumber("examplesPerSecond", Math.Round(metrics.Examples / seconds, 1));
        });
        if (metrics.Skipped) Warn(string.Create(CultureInfo.InvariantCulture, $"Iteration {metrics.Iteration - 1} (seed {Configuration.Seed}) gave no finite gradient; its step is skipped."));

        // An average over about the last twenty iterations, in work rather than iterations since stages differ.
        var perWork = seconds / _trainer.Work(state.Iteration, next.Iteration);
        _secondsPerWork = _secondsPerWork == 0 ? perWork : 0.95 * _secondsPerWork + 0.05 * perWork;
        var examplesPerSecond = metrics.Examples / (_secondsPerWork * _trainer.Work(state.Iteration, next.Iteration));
        var left = TimeSpan.FromSeconds(Math.Min(_secondsPerWork * _trainer.Work(next.Iteration, Configuration.Iterations), 1e9));
        _options.Progress?.Iterated(new TrainingProgress(metrics, Configuration.Iterations, examplesPerSecond, left));
        return next;
    }

    private TrainingState Evaluate(TrainingState state, MetricsLog? log, CancellationToken cancellation)
    {
        var started = _clock.Elapsed;
        var (next, metrics) = _trainer.Evaluate(state, cancellation);
        log?.Append(EvaluationKind, metrics.Iteration, writer =>
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
            writer.WriteNumber("evaluationSeconds", Math.Round((_clock.Elapsed - started).TotalSeconds, 3));
        });
        if (metrics.IsBest) WriteTheta(next);
        _options.Progress?.Evaluated(metrics);
        return next;
    }

    // Not what a later checkpoint that was lost had made of it.
    private void WriteTheta(TrainingState state)
    {
        if (_folder is null) return;
        if (Configuration.Evaluation is not null && state.Best is null) File.Delete(_folder.ThetaPath);
        else BestTheta(state).Save(_folder.ThetaPath, new Dictionary<string, string>
        {
            ["iteration"] = (state.Best?.Iteration ?? state.Iteration).ToString(CultureInfo.InvariantCulture),
            ["seed"] = Configuration.Seed.ToString(CultureInfo.InvariantCulture),
        });
    }

    private MetaParameters BestTheta(TrainingState state) => new(Configuration.Model, state.Best?.Theta ?? state.Theta);

    private TrainingResult Result(TrainingStop stop, TrainingState state) => new(stop, state, BestTheta(state));

    private void Warn(string message) => _options.Progress?.Warned(message);

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
