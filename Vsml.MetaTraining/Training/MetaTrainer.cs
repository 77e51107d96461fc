using Vsml.Baselines;
using Vsml.Contracts;
using Vsml.Evaluation;

namespace Vsml.MetaTraining;

/// <summary>
/// Meta-iterations as a function from state to state: estimate the gradient, clip it, make a step. Writes nothing and asks no
/// clock, so configuration and state alone decide the next state's bits, for any number of threads.
/// </summary>
public sealed class MetaTrainer
{
    private readonly Func<Architecture, VsmlModel> _models;
    private readonly int _threads;
    private readonly SimdLevel _level;
    private readonly IMetaGradientEstimator _estimator;
    private readonly EpisodeSource[] _episodes;
    private readonly double[] _work;
    private readonly TaskCounter _tasks;
    private readonly SharedWork? _shared;
    private readonly SharedEvaluation _evaluation;

    /// <summary>Prepares a run.</summary>
    /// <param name="configuration">The run.</param>
    /// <param name="models">The compiled model of each layout that the stages and meta-tests need.</param>
    /// <param name="threads">Number of threads; 0 for one a core.</param>
    /// <param name="backend">What runs the episodes; null for compiled kernels. Periodic meta-tests always run on those.</param>
    /// <exception cref="VsmlException">Tasks, stages and model do not fit together, data are not there, or the run is for another backend.</exception>
    public MetaTrainer(RunConfiguration configuration, Func<Architecture, VsmlModel> models, int threads = 0, IEpisodeBackend? backend = null)
        : this(configuration, models, threads, backend, RankGroup.Alone)
    {
    }

    /// <summary>Prepares one process's share of a run.</summary>
    internal MetaTrainer(RunConfiguration configuration, Func<Architecture, VsmlModel> models, int threads, IEpisodeBackend? backend, RankGroup ranks)
    {
        backend ??= CpuBackend.Instance;
        CheckBackend(configuration, backend);
        if (ranks.Size > 1)
        {
            if (configuration.Estimator.EpisodesPerIteration is > 0 and var episodes) ranks.CheckWork(episodes);
            backend = new SharedBackend(backend, _shared = new SharedWork(ranks));
        }
        ConfigurationProblem.ThrowIfAny(configuration.Validate());
        RunData.Check(configuration);
        Configuration = configuration;
        _evaluation = new SharedEvaluation(ranks);
        _models = models;
        _threads = threads == 0 ? ranks.Threads : threads;
        _level = RunFolder.Available(configuration.Simd ?? SimdLevels.Widest, " The run is for that level; run it on machines that have it.");
        (_episodes, _work) = (new EpisodeSource[configuration.Stages.Count], new double[configuration.Stages.Count]);
        var problems = new List<ConfigurationProblem>();
        for (var s = 0; s < _episodes.Length; s++) Try(problems, $"stages[{s}]", () => PrepareStage(s));
        var context = new EstimatorContext(TraineeOf, _level, _threads, backend);
        for (var t = 0; t < configuration.Evaluation?.Tasks.Count; t++) Try(problems, $"evaluation.tasks[{t}]", () => PrepareEvaluation(configuration.Evaluation, t));
        Try(problems, "optimizer", () => PartPromises.Check(configuration.Optimizer));
        ConfigurationProblem.ThrowIfAny([.. problems.DistinctBy(problem => problem.Message)]);
        _estimator = configuration.Estimator.Create(context);
        for (var s = 0; s < _episodes.Length; s++) Try(problems, $"stages[{s}]", () => backend.Check(context, _episodes[s], configuration.Estimator.TruncationOf(_episodes[s]).Longest(_episodes[s].Length)));
        for (var s = 0; s < _episodes.Length; s++) Try(problems, $"stages[{s}]", () => _estimator.Check(_episodes[s]));
        ConfigurationProblem.ThrowIfAny([.. problems.DistinctBy(problem => problem.Message)]);
        _tasks = new TaskCounter(configuration, _episodes);
    }

    /// <summary>The run.</summary>
    public RunConfiguration Configuration { get; }

    /// <summary>Memory that the last meta-iteration kept for its gradient; null if it needed none.</summary>
    public TapeMemory? Memory => _estimator.Memory;

    /// <summary>How the last meta-iteration's episodes were divided where memory holds only some of them at once; null if all ran at once.</summary>
    public string? Waves => _estimator.Waves;

    /// <summary>The state before the first meta-iteration.</summary>
    /// <exception cref="VsmlException">The theta to begin with is not there, or does not fit the model.</exception>
    public TrainingState Initial() => Configuration.Learner is { } learner
        ? Initial(LearnerParameters.Initial(learner, _episodes[0].Tasks[0].Task.InputSize, _episodes[0].Tasks[0].Task.OutputSize, Configuration.Seed).Values)
        : Initial(InitialTheta.Of(Configuration));

    /// <summary>The state before the first meta-iteration, with a theta that was read before.</summary>
    internal TrainingState Initial(MetaParameters theta) => Initial(theta.Values);

    /// <summary>The parameters of a learner that is no network.</summary>
    internal LearnerParameters LearnerOf(ReadOnlySpan<float> theta) =>
        new(Configuration.Learner!, _episodes[0].Tasks[0].Task.InputSize, _episodes[0].Tasks[0].Task.OutputSize, theta);

    /// <summary>The state that rank 0 begins with, on every rank; of unfinished learners each gets what it runs itself.</summary>
    /// <param name="atRoot">The state on rank 0; null on the others.</param>
    internal TrainingState Spread(TrainingState? atRoot)
    {
        if (_shared is null) return atRoot!;
        var common = Checkpoint.OfBytes(_shared.Ranks.FromRoot(atRoot is null ? [] : Checkpoint.ToBytes(WithoutLearners(atRoot), Configuration)));
        return common with { Unroll = _shared.Scatter(atRoot?.Unroll ?? common.Unroll) };
    }

    private static TrainingState WithoutLearners(TrainingState state) =>
        state with { Unroll = new UnrollState(state.Unroll.Began, state.Unroll.Positions, [.. state.Unroll.Learners.Select(_ => Array.Empty<float>())]) };

    /// <summary>The state as rank 0 saves it, with what all unfinished learners have learned. Every rank calls it.</summary>
    /// <param name="state">The state after the same iteration on every rank.</param>
    internal TrainingState Whole(TrainingState state) => _shared is null ? state : state with { Unroll = _shared.Gather(state.Unroll) };

    /// <summary>One meta-iteration.</summary>
    /// <param name="state">The state before; stays as it is.</param>
    /// <param name="cancellation">Gives the iteration up.</param>
    /// <returns>The state after it, and what happened.</returns>
    /// <exception cref="VsmlException">The step would make theta infinite.</exception>
    /// <exception cref="NonFiniteLossException">Too many episodes had losses that are not finite.</exception>
    /// <exception cref="OperationCanceledException">The iteration was given up.</exception>
    public (TrainingState State, IterationMetrics Metrics) Step(TrainingState state, CancellationToken cancellation = default)
    {
        var iteration = state.Iteration;
        var stage = Configuration.StageAt(iteration);
        // Episodes do not go on into a stage of other sizes.
        var unroll = iteration > 0 && Configuration.StageAt(iteration - 1) != stage ? UnrollState.Empty : state.Unroll;
        if (unroll.Positions.Any(position => position >= _episodes[stage].Length))
            throw new VsmlException($"The unroll state stands at example {unroll.Positions.Max()} of episodes of {_episodes[stage].Length}.");
        var estimate = _estimator.Estimate(Configuration.Seed, (uint)iteration, state.Theta, _episodes[stage], unroll, cancellation);

        if (estimate.Gradient.Length is not 0 and var count && count != state.Theta.Length)
            throw new VsmlException($"estimator: {Configuration.Estimator.GetType().Name} gave a gradient of {count} values for {state.Theta.Length} parameters.");
        var rate = Configuration.LearningRate.At(iteration, Configuration.Stages);
        var norm = GradientClipping.Norm(estimate.Gradient);
        var skipped = estimate.Gradient.Length == 0 || !double.IsFinite(norm);
        var (theta, optimizer) = (state.Theta, state.Optimizer);
        if (!skipped)
        {
            var gradient = estimate.Gradient;
            if (Configuration.Optimizer.ClipNorm is > 0 and var longest) GradientClipping.Clip(gradient, longest);
            (theta, optimizer) = ([.. theta], optimizer.Copy());
            Configuration.Optimizer.Step(optimizer, gradient, rate, theta);
            if (Array.Exists(theta, value => !float.IsFinite(value)))
                throw new VsmlException(FormattableString.Invariant($"Iteration {iteration} (seed {Configuration.Seed}): a step of learning rate {rate} would make theta infinite. Lower the learning rate."));
        }
        return (
            state with
            {
                Iteration = iteration + 1,
                Theta = theta,
                Average = Configuration.Averaging > 0 ? ThetaAverage.Next(state.Average, Configuration.Averaging, iteration + 1, theta) : null,
                Optimizer = optimizer,
                Unroll = estimate.State,
            },
            new IterationMetrics
            {
                Iteration = iteration + 1,
                Stage = stage,
                Loss = Finite(estimate.MeanLoss),
                Accuracy = Finite(estimate.Accuracy),
                LearningRate = rate,
                GradientNorm = skipped ? null : norm,
                Dropped = estimate.Dropped,
                Skipped = skipped,
                Examples = estimate.Examples,
                Tasks = _tasks.After(iteration + 1),
            });
    }

    // What a file of metrics cannot hold is left out.
    private static double? Finite(double? number) => number is { } value && double.IsFinite(value) ? value : null;

    /// <summary>Whether a periodic meta-test comes before the next meta-iteration.</summary>
    /// <param name="state">The state.</param>
    public bool IsEvaluationDue(TrainingState state) =>
        Configuration.Evaluation is { } evaluation && state.LastEvaluated != state.Iteration
        && (state.Iteration % evaluation.Interval == 0 || state.Iteration == Configuration.Iterations);

    /// <summary>A periodic meta-test: the same episodes of the held-out tasks every time.</summary>
    /// <param name="state">The state; its result is tested.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The state that knows about it, and the result.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public (TrainingState State, EvaluationMetrics Metrics) Evaluate(TrainingState state, CancellationToken cancellation = default)
    {
        var evaluation = Configuration.Evaluation ?? throw new InvalidOperationException("The run has no evaluation.");
        var options = new MetaTestOptions { Episodes = evaluation.Episodes, Length = evaluation.EpisodeLength, Seed = Configuration.Seed, Threads = _threads };
        var (tasks, episodes) = (evaluation.Tasks, evaluation.Episodes);
        var right = _evaluation.Run(tasks.Count * episodes, numbers => [.. numbers.GroupBy(number => number / episodes).SelectMany(own =>
            MetaTest.CountRight(tasks[own.Key].Task, Tested(tasks[own.Key].Task, state.Result), options, [.. own.Select(number => number % episodes)], cancellation))], cancellation);
        var results = tasks.Select((task, t) => new MetaTestResult("", "", 1, MetaTest.LengthOf(task.Task, options), new(right[(t * episodes)..((t + 1) * episodes)])))
            .Zip(tasks, (result, task) => new EvaluationResult(task.Name, result.Accuracy, result.StandardError)).ToList();
        var score = results.Sum(result => result.Accuracy) / results.Count;
        var isBest = state.Best is null || score > state.Best.Score;
        var best = isBest ? new BestTheta(state.Iteration, score, state.Result) : state.Best;
        return (state with { LastEvaluated = state.Iteration, Best = best }, new EvaluationMetrics(state.Iteration, score, isBest, results));
    }

    /// <summary>Work between two iterations, in sub-RNNs times examples of a pair: what time is in proportion to.</summary>
    internal double Work(int from, int to)
    {
        var (sum, start) = (0.0, 0);
        for (var s = 0; s < _work.Length; start += Configuration.Stages[s++].Iterations)
            sum += _work[s] * Math.Max(0, Math.Min(to, start + Configuration.Stages[s].Iterations) - Math.Max(from, start));
        return sum;
    }

    private static void CheckBackend(RunConfiguration configuration, IEpisodeBackend backend)
    {
        var name = configuration.Backend ?? CpuBackend.Instance.Name;
        if (name != backend.Name)
            throw new VsmlException($"backend: the run is for {name}; going on with {backend.Name} would change its results. Run it with {name}.");
        if (configuration.Device is { } device && device != (device.Name is null && backend.Device is { } any ? any with { Name = null } : backend.Device))
            throw new VsmlException($"device: the run is for {device}; going on with {backend.Device?.ToString() ?? "none"} would change its results. Run it on such a device.");
    }

    private Architecture LayoutOf(TaskDescription task) => Layouts.For(Configuration.Model, task.InputSize, task.OutputSize);

    private Trainee TraineeOf(TaskDescription task) => Configuration.Learner is { } learner
        ? new ParametricTrainee(learner, task.InputSize, task.OutputSize)
        : new VsmlTrainee(_models(LayoutOf(task)), _level);

    private MetaTestLearner Tested(TaskDescription task, float[] theta)
    {
        if (Configuration.Learner is not null) return MetaTestLearner.Of("learner", LearnerOf(theta));
        var model = _models(LayoutOf(task));
        return MetaTestLearner.Vsml("vsml", model, model.Pack(theta, _level));
    }

    private TrainingState Initial(ReadOnlySpan<float> theta) =>
        new() { Iteration = 0, Theta = theta.ToArray(), Optimizer = Configuration.Optimizer.Initial(theta.Length) };

    // The parameters of a learner are those of one number of inputs and classes.
    private void CheckSizes(TaskDescription task)
    {
        var first = _episodes[0].Tasks[0].Task;
        if (Configuration.Learner is not null && (task.InputSize, task.OutputSize) != (first.InputSize, first.OutputSize))
            throw new VsmlException($"a learner keeps its sizes: the first task has {first.InputSize} inputs and {first.OutputSize} classes, this one has {task.InputSize} and {task.OutputSize}; the transform padding fills up");
    }

    private void PrepareStage(int index)
    {
        var stage = Configuration.Stages[index];
        var tasks = StageTasks.Of(Configuration, stage);
        _episodes[index] = new EpisodeSource([.. tasks.Select(task => new TaskShare(task.Weight, task.Task))], stage.EpisodeLength) { Truncation = stage.Truncation };
        _episodes[index].Validate();
        var truncation = Configuration.Estimator.TruncationOf(_episodes[index]);
        _work[index] = (double)truncation.Longest(stage.EpisodeLength) * (Configuration.Learner is not null ? 1 : tasks.Sum(task => task.Weight * task.Layout.SubRnnCount) / tasks.Sum(task => task.Weight));
        foreach (var task in tasks)
        {
            CheckSizes(task.Task);
            TaskPromises.Check(task.Task, stage.EpisodeLength);
        }
        PartPromises.Check(truncation, stage.EpisodeLength);
    }

    private void PrepareEvaluation(EvaluationConfiguration evaluation, int index)
    {
        var task = evaluation.Tasks[index].Task;
        task.Validate(evaluation.EpisodeLength);
        if (Configuration.Learner is null) LayoutOf(task);
        else CheckSizes(task);
        TaskPromises.Check(task, evaluation.EpisodeLength);
    }

    // All stages and meta-tests have their say before the run is refused.
    private static void Try(List<ConfigurationProblem> problems, string place, Action action)
    {
        try
        {
            action();
        }
        catch (VsmlException exception)
        {
            problems.Add(new ConfigurationProblem(place, exception.Message));
        }
    }
}
