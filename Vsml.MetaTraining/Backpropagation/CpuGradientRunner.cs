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
    private readonly Func<TaskDescription, Trainee> _traineeOf;
    private readonly Dictionary<Trainee, IDifferentiatedLearner>[] _learners;
    private readonly EpisodeData[] _episodes;
    private (EpisodeSource Source, int Longest, long Bytes)? _prepared;
    private Trainee[] _trainees = [];
    private Dictionary<Trainee, TapeMemory> _tapes = [];

    /// <summary>Makes a runner.</summary>
    /// <param name="modelOf">The model whose layout fits a task; called once for every task of an episode source.</param>
    /// <param name="level">SIMD level of the kernels.</param>
    /// <param name="threads">Number of threads; 0 for one a core.</param>
    public CpuGradientRunner(Func<TaskDescription, VsmlModel> modelOf, SimdLevel level, int threads = 0)
        : this(task => new VsmlTrainee(modelOf(task), level), threads)
    {
    }

    /// <summary>Makes a runner of whatever is meta-trained.</summary>
    /// <param name="traineeOf">What is meta-trained, at the sizes of a task; called once for every task of an episode source.</param>
    /// <param name="threads">Number of threads; 0 for one a core.</param>
    public CpuGradientRunner(Func<TaskDescription, Trainee> traineeOf, int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        _traineeOf = traineeOf;
        var workers = threads == 0 ? Environment.ProcessorCount : threads;
        _learners = [.. Enumerable.Range(0, workers).Select(_ => new Dictionary<Trainee, IDifferentiatedLearner>())];
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

    /// <inheritdoc/>
    public void Check(EpisodeSource episodes, int count, int longest, long memoryBytes)
    {
        foreach (var trainee in episodes.Tasks.Select(share => _traineeOf(share.Task)).Distinct()) trainee.PlanTape(longest, memoryBytes, _learners.Length);
    }

    private void Prepare(GradientRequest request)
    {
        var source = request.Episodes;
        source.Validate();
        var trainees = source.Tasks.Select(share => _traineeOf(share.Task)).ToArray();
        for (var i = 0; i < trainees.Length; i++) trainees[i].Check(request.Theta.Length, source.Tasks[i].Task);
        var tapes = trainees.Distinct().ToDictionary(trainee => trainee, trainee => trainee.PlanTape(request.Longest, request.MemoryBytes, _learners.Length));
        foreach (var learners in _learners) learners.Clear();
        (_trainees, _prepared, _tapes) = (trainees, (source, request.Longest, request.MemoryBytes), tapes);
        Memory = tapes.Values.MaxBy(tape => tape.Bytes);
    }

    private WindowOutcome RunEpisode(int worker, int index, GradientRequest request)
    {
        var window = EpisodeWindow.Of(request, index, _episodes[worker]);
        var theta = request.Theta.Span;
        var learner = LearnerOf(worker, _trainees[window.Task], theta);
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

    private IDifferentiatedLearner LearnerOf(int worker, Trainee trainee, ReadOnlySpan<float> theta)
    {
        if (_learners[worker].TryGetValue(trainee, out var learner)) return learner;
        learner = trainee.Reverse(theta, _tapes[trainee]);
        _learners[worker].Add(trainee, learner);
        return learner;
    }
}
