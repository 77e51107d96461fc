using System.Runtime.ExceptionServices;
using Vsml.Contracts;

namespace Vsml.MetaTraining;

/// <summary>
/// Runs a population on this machine's threads with compiled kernels. A pair's losses depend on nothing but the request, so they
/// have the same bits for any number of threads. Learners, packed theta and episodes are kept and reused: an example allocates
/// nothing. One call at a time.
/// </summary>
public sealed class CpuPopulationRunner : IPopulationRunner
{
    private readonly Func<TaskDescription, Trainee> _traineeOf;
    private readonly PairWorker[] _workers;
    private readonly EpisodeCache _cache = new();
    private EpisodeSource? _source;
    private Trainee[] _trainees = [];

    /// <summary>Makes a runner.</summary>
    /// <param name="modelOf">The model whose layout fits a task; called once for every task of an episode source.</param>
    /// <param name="level">SIMD level of the kernels.</param>
    /// <param name="threads">Number of threads; 0 for one a core.</param>
    /// <param name="noise">Where perturbations come from; if null, <see cref="PhiloxNoise"/>.</param>
    public CpuPopulationRunner(Func<TaskDescription, VsmlModel> modelOf, SimdLevel level, int threads = 0, INoise? noise = null)
        : this(task => new VsmlTrainee(modelOf(task), level), threads, noise)
    {
    }

    /// <summary>Makes a runner of whatever is meta-trained.</summary>
    /// <param name="traineeOf">What is meta-trained, at the sizes of a task; called once for every task of an episode source.</param>
    /// <param name="threads">Number of threads; 0 for one a core.</param>
    /// <param name="noise">Where perturbations come from; if null, <see cref="PhiloxNoise"/>.</param>
    public CpuPopulationRunner(Func<TaskDescription, Trainee> traineeOf, int threads = 0, INoise? noise = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        _traineeOf = traineeOf;
        _workers = new PairWorker[threads == 0 ? Environment.ProcessorCount : threads];
        for (var k = 0; k < _workers.Length; k++) _workers[k] = new PairWorker(noise ?? PhiloxNoise.Instance, _cache);
    }

    /// <inheritdoc/>
    public PopulationResult Run(PopulationRequest request, CancellationToken cancellation = default)
    {
        if (request.State.PairCount != 0 && request.State.PairCount != request.PairCount)
            throw new VsmlException($"The unroll state is that of {request.State.PairCount} pairs, but {request.PairCount} are to run.");
        if (!request.Episodes.Equals(_source)) Prepare(request.Episodes);
        for (var i = 0; i < _trainees.Length; i++) _trainees[i].Check(request.Theta.Length, request.Episodes.Tasks[i].Task);
        _cache.Begin(request);

        // The last pairs go to threads by halves: with whole ones, threads would wait longer for each other at the end.
        var wholeEpisodes = request.State.PairCount == 0 && request.Length >= request.Episodes.Length;
        var halved = wholeEpisodes && _workers.Length > 1 ? Math.Min(_workers.Length, request.PairCount) : 0;
        var whole = request.PairCount - halved;
        var outcomes = new PairOutcome[request.PairCount];
        var members = new MemberOutcome[2 * halved];
        var next = -1;
        if (_workers.Length == 1) Work(0);
        else
        {
            try
            {
                Parallel.For(0, _workers.Length, new ParallelOptions { MaxDegreeOfParallelism = _workers.Length }, Work);
            }
            catch (AggregateException errors)
            {
                ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
            }
        }
        cancellation.ThrowIfCancellationRequested();
        for (var i = 0; i < halved; i++) outcomes[whole + i] = MemberOutcome.Join(members[2 * i], members[2 * i + 1]);
        return Collect(request, outcomes);

        void Work(int worker)
        {
            for (int i; !cancellation.IsCancellationRequested && (i = Interlocked.Increment(ref next)) < whole + members.Length;)
                if (i < whole) outcomes[i] = _workers[worker].Run(request, _trainees, i);
                else members[i - whole] = _workers[worker].RunMember(request, _trainees, whole + (i - whole) / 2, minus: (i - whole) % 2 == 1);
        }
    }

    private void Prepare(EpisodeSource source)
    {
        source.Validate();
        (_trainees, _source) = ([.. source.Tasks.Select(share => _traineeOf(share.Task))], source);
    }

    private static PopulationResult Collect(PopulationRequest request, PairOutcome[] outcomes)
    {
        var pairs = outcomes.Length;
        var (losses, counted, correct) = (new float[2 * pairs], new int[pairs], new int[pairs]);
        var (began, positions, learners) = (new uint[pairs], new int[pairs], new float[pairs][]);
        var examples = 0L;
        var unfinished = false;
        for (var i = 0; i < pairs; i++)
        {
            var outcome = outcomes[i];
            (losses[2 * i], losses[2 * i + 1]) = (outcome.PlusLoss, outcome.MinusLoss);
            (counted[i], correct[i]) = (outcome.Counted, outcome.Correct);
            examples += outcome.Examples;
            unfinished |= outcome.Position > 0;
            positions[i] = outcome.Position;
            learners[i] = outcome.Learners;
            began[i] = outcome.Position > 0 ? request.State.At(i, request.Iteration).Began : request.Iteration + 1;
        }
        return new PopulationResult(losses, counted, correct, examples, unfinished ? new UnrollState(began, positions, learners) : UnrollState.Empty);
    }
}
