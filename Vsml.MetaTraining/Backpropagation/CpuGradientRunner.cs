using System.Runtime.ExceptionServices;
using Vsml.Contracts;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// Runs a meta-batch on this machine's threads with compiled kernels, one episode a thread at a time; the bits do not depend on the
/// number of threads. One call at a time.
/// </summary>
public sealed class CpuGradientRunner : IGradientRunner
{
    private readonly Func<TaskDescription, VsmlModel> _modelOf;
    private readonly SimdLevel _level;
    private readonly Dictionary<VsmlModel, DifferentiatedLearner>[] _learners;
    private readonly EpisodeData[] _episodes;
    private (EpisodeSource Source, int Longest, long Bytes)? _prepared;
    private VsmlModel[] _models = [];
    private Dictionary<VsmlModel, TapeMemory> _tapes = [];

    /// <summary>Makes a runner.</summary>
    /// <param name="modelOf">The model whose layout fits a task; called once for every task of an episode source.</param>
    /// <param name="level">SIMD level of the kernels.</param>
    /// <param name="threads">Number of threads; 0 for one a core.</param>
    public CpuGradientRunner(Func<TaskDescription, VsmlModel> modelOf, SimdLevel level, int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        _modelOf = modelOf;
        _level = level;
        var workers = threads == 0 ? Environment.ProcessorCount : threads;
        _learners = [.. Enumerable.Range(0, workers).Select(_ => new Dictionary<VsmlModel, DifferentiatedLearner>())];
        _episodes = [.. Enumerable.Range(0, workers).Select(_ => new EpisodeData())];
    }

    /// <inheritdoc/>
    public TapeMemory? Memory { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<WindowOutcome> Run(GradientRequest request, CancellationToken cancellation = default)
    {
        request.CheckState();
        if (_prepared != (request.Episodes, request.Longest, request.MemoryBytes)) Prepare(request);
        var outcomes = new WindowOutcome[request.EpisodeCount];
        var next = -1;
        try
        {
            Parallel.For(0, _learners.Length, new ParallelOptions { MaxDegreeOfParallelism = _learners.Length }, Work);
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
        }
        cancellation.ThrowIfCancellationRequested();
        return outcomes;

        void Work(int worker)
        {
            for (int i; !cancellation.IsCancellationRequested && (i = Interlocked.Increment(ref next)) < outcomes.Length;)
                outcomes[i] = RunEpisode(worker, i, request);
        }
    }

    private void Prepare(GradientRequest request)
    {
        var source = request.Episodes;
        source.Validate();
        var models = source.Tasks.Select(share => _modelOf(share.Task)).ToArray();
        var tapes = new Dictionary<VsmlModel, TapeMemory>();
        foreach (var model in models.Distinct())
        {
            request.CheckTheta(model);
            var (examples, bytes) = EpisodeGradient.PlanTape(model, _level, 1, request.Longest, request.MemoryBytes / _learners.Length);
            tapes.Add(model, new TapeMemory(request.Longest, examples, bytes, _learners.Length));
        }
        foreach (var learners in _learners) learners.Clear();
        (_models, _prepared, _tapes) = (models, (source, request.Longest, request.MemoryBytes), tapes);
        Memory = tapes.Values.MaxBy(tape => tape.Bytes);
    }

    private WindowOutcome RunEpisode(int worker, int index, GradientRequest request)
    {
        var window = EpisodeWindow.Of(request, index, _episodes[worker]);
        var theta = request.Theta.Span;
        var learner = LearnerOf(worker, _models[window.Task], theta);
        var part = window.Part;
        if (part.Begins) learner.Begin(theta, window.Cells);
        else learner.Load(theta, window.Learner(learner.StateFloats));

        var gradient = new float[theta.Length];
        var loss = learner.Run(theta, part, request.Nominal, window.Carried, gradient);
        if (!double.IsFinite(loss) || ((ReadOnlySpan<float>)gradient).IndexOfNonFinite() >= 0) return WindowOutcome.Dropped(part.To - part.From);
        var after = window.GoesOn ? new float[learner.StateFloats] : [];
        if (window.GoesOn) learner.Save(after);
        return new WindowOutcome(loss, part.Counted, learner.Correct(part), part.To - part.From, window.Position, after, gradient);
    }

    private DifferentiatedLearner LearnerOf(int worker, VsmlModel model, ReadOnlySpan<float> theta)
    {
        if (_learners[worker].TryGetValue(model, out var learner)) return learner;
        learner = new DifferentiatedLearner(model, _level, theta, _tapes[model].TapeExamples);
        _learners[worker].Add(model, learner);
        return learner;
    }
}
