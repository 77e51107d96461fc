using System.Diagnostics;
using System.Globalization;
using Vsml.Files;

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
    private readonly RankGroup _ranks;
    private TrainingState _state = null!;
    private double _secondsPerWork;
    private TapeMemory? _memory;
    private string? _waves;

    /// <summary>Prepares a run.</summary>
    /// <param name="configuration">The run.</param>
    /// <param name="models">The compiled model of each layout.</param>
    /// <param name="options">Threads, time limit, progress; null for the defaults.</param>
    /// <param name="backend">What runs the episodes, which must be the one that the configuration names; null for compiled kernels.</param>
    /// <exception cref="VsmlException">The configuration does not fit together, or data are not there.</exception>
    public TrainingRun(RunConfiguration configuration, Func<Architecture, VsmlModel> models, TrainingOptions? options = null, IEpisodeBackend? backend = null)
        : this(configuration, models, options, backend, null)
    {
    }

    /// <summary>Prepares the run of a folder; it goes on from the newest good checkpoint there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="models">The compiled model of each layout.</param>
    /// <param name="options">Threads, time limit, progress; null for the defaults.</param>
    /// <param name="backend">What runs the episodes, which must be the one that the configuration names; null for compiled kernels.</param>
    /// <exception cref="VsmlException">The configuration does not fit together, or data are not there.</exception>
    public TrainingRun(RunFolder folder, Func<Architecture, VsmlModel> models, TrainingOptions? options = null, IEpisodeBackend? backend = null)
        : this(folder.Configuration, models, options, backend, folder)
    {
    }

    private TrainingRun(RunConfiguration configuration, Func<Architecture, VsmlModel> models, TrainingOptions? options, IEpisodeBackend? backend, RunFolder? folder)
    {
        _options = options ?? new TrainingOptions();
        _ranks = _options.Ranks ?? RankGroup.Alone;
        _trainer = new MetaTrainer(configuration, models, _options.Threads, backend, _ranks);
        _folder = folder;
        // The others get what rank 0 begins with.
        if (_ranks.IsRoot) _state = Initial();
    }

    private RunConfiguration Configuration => _trainer.Configuration;

    /// <summary>
    /// Runs until the last iteration, the time limit or cancellation; in each case, and where an error ends it, with a checkpoint of
    /// what was reached.
    /// </summary>
    /// <param name="cancellation">Stops the run; a meta-iteration that is not done is given up.</param>
    /// <exception cref="VsmlException">
    /// A file cannot be read or written, a step would make theta infinite, or too many losses were not finite; the message then has
    /// the seeds to replay.
    /// </exception>
    public TrainingResult Run(CancellationToken cancellation = default)
    {
        _clock.Restart();
        var begun = _ranks.IsRoot ? _folder?.LoadNewest(Warn) ?? Initial() : null;
        using var log = _folder is null ? null : MetricsLines.Open(_folder.MetricsPath, begun!);
        _state = _trainer.Spread(begun);
        WriteTheta();
        try
        {
            return Run(log, cancellation);
        }
        catch (Exception exception)
        {
            _ranks.Fail(exception.Message);
            SaveIfPossible(log);
            if (exception is NonFiniteLossException) throw new VsmlException(exception.Message, exception);
            throw;
        }
    }

    // All ranks stop where one does. One that gave up a meta-test has not reached the end.
    private TrainingStop? Agreed(TrainingStop? mine, bool givenUp)
    {
        if (_ranks.Size == 1) return mine;
        TrainingStop?[] stops = [null, TrainingStop.TimeLimit, TrainingStop.Cancelled, TrainingStop.Finished, TrainingStop.Cancelled];
        var place = givenUp ? stops.Length - 1 : Array.IndexOf(stops, mine);
        return stops[_ranks.Exchange([(byte)place]).Max(told => told[0])];
    }

    private TrainingState Initial() => _folder is null || Configuration.Learner is not null ? _trainer.Initial() : _trainer.Initial(_folder.InitialTheta());

    private TrainingResult Run(MetricsLog? log, CancellationToken cancellation)
    {
        var saved = _state.Iteration;
        while (true)
        {
            var given = _trainer.IsEvaluationDue(_state) && !Evaluate(log, cancellation);
            TrainingStop? stop = given ? TrainingStop.Cancelled
                : _state.Iteration == Configuration.Iterations ? TrainingStop.Finished
                : cancellation.IsCancellationRequested ? TrainingStop.Cancelled
                : _clock.Elapsed >= _options.TimeLimit ? TrainingStop.TimeLimit
                : null;
            stop = Agreed(stop, given);
            if (stop is not null || (_state.Iteration % Configuration.Checkpoints.Interval == 0 && saved != _state.Iteration))
            {
                Save(log);
                saved = _state.Iteration;
                if (_folder is not null) _options.Progress?.Saved(_folder.Checkpoints.PathOf(saved));
            }
            if (stop is { } reason) return Result(reason);
            Step(log, cancellation);
        }
    }

    // Leaves the state as it is if the iteration is given up. The state goes on before anybody is told, so that it is not lost there.
    private void Step(MetricsLog? log, CancellationToken cancellation)
    {
        var (started, idle, sent) = (_clock.Elapsed, _ranks.IdleTime, _ranks.BytesSent);
        TrainingState next;
        IterationMetrics metrics;
        try
        {
            (next, metrics) = _trainer.Step(_state, cancellation);
        }
        catch (OperationCanceledException exception) when (cancellation.IsCancellationRequested || exception is RankStoppedException)
        {
            return;
        }
        var seconds = Math.Max((_clock.Elapsed - started).TotalSeconds, 1e-9);
        log?.Append(metrics, _clock.Elapsed, seconds, _ranks.Size == 1 ? null : (_ranks.IdleTime - idle, _ranks.BytesSent - sent));
        var work = _trainer.Work(_state.Iteration, next.Iteration);
        _state = next;

        if (_trainer.Memory is { } memory && memory != _memory) _options.Progress?.Planned(_memory = memory);
        if (_trainer.Waves is { } waves && waves != _waves) Warn(_waves = waves);
        if (metrics.Skipped) Warn(string.Create(CultureInfo.InvariantCulture, $"Iteration {metrics.Iteration - 1} (seed {Configuration.Seed}) gave no finite gradient; its step is skipped."));
        // An average over about the last twenty iterations, in work rather than iterations since stages differ.
        _secondsPerWork = _secondsPerWork == 0 ? seconds / work : 0.95 * _secondsPerWork + 0.05 * seconds / work;
        var left = TimeSpan.FromSeconds(Math.Min(_secondsPerWork * _trainer.Work(next.Iteration, Configuration.Iterations), 1e9));
        _options.Progress?.Iterated(new TrainingProgress(metrics, Configuration.Iterations, metrics.Examples / (_secondsPerWork * work), left));
    }

    private bool Evaluate(MetricsLog? log, CancellationToken cancellation)
    {
        var started = _clock.Elapsed;
        TrainingState next;
        EvaluationMetrics metrics;
        try
        {
            (next, metrics) = _trainer.Evaluate(_state, cancellation);
        }
        catch (OperationCanceledException exception) when (cancellation.IsCancellationRequested || exception is RankStoppedException)
        {
            return false;
        }
        log?.Append(metrics, (_clock.Elapsed - started).TotalSeconds);
        _state = next;
        if (metrics.IsBest) WriteTheta();
        _options.Progress?.Evaluated(metrics);
        return true;
    }

    private void Save(MetricsLog? log)
    {
        var whole = _trainer.Whole(_state);
        if (_folder is null) return;
        log!.FlushToDisk();
        _folder.Checkpoints.Save(whole);
        if (Configuration.Evaluation is null) WriteTheta();
    }

    // After an error, which is the one to report.
    private void SaveIfPossible(MetricsLog? log)
    {
        // What is spread over ranks cannot be gathered from those that got further.
        if (_ranks.Size > 1 && _state.Unroll.PairCount > 0) return;
        try
        {
            Save(log);
        }
        catch (VsmlException)
        {
            // The last checkpoint is still there.
        }
    }

    // Not what a later checkpoint that was lost had made of it.
    private void WriteTheta()
    {
        if (_folder is null) return;
        if (Configuration.Evaluation is not null && _state.Best is null) FolderEntries.Remove(_folder.ThetaPath);
        else
        {
            var metadata = new Dictionary<string, string>
            {
                ["iteration"] = (_state.Best?.Iteration ?? _state.Iteration).ToString(CultureInfo.InvariantCulture),
                ["seed"] = Configuration.Seed.ToString(CultureInfo.InvariantCulture),
            };
            if (Configuration.Learner is null) new MetaParameters(Configuration.Model, BestTheta).Save(_folder.ThetaPath, metadata);
            else _trainer.LearnerOf(BestTheta).Save(_folder.ThetaPath, metadata);
        }
    }

    private float[] BestTheta => _state.Best?.Theta ?? _state.Result;

    private TrainingResult Result(TrainingStop stop) => Configuration.Learner is null
        ? new TrainingResult(stop, _state, new MetaParameters(Configuration.Model, BestTheta))
        : new TrainingResult(stop, _state, Network: null, _trainer.LearnerOf(BestTheta));

    private void Warn(string message) => _options.Progress?.Warned(message);
}
