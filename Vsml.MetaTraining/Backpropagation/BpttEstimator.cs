using System.Runtime.ExceptionServices;
using Vsml.Contracts;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>
/// Backpropagation through time: the exact gradient of a meta-batch's mean loss, or with a truncation that of a window, the state
/// carried on to the next meta-iteration. Episodes run in parallel; the sum over them has the same bits for any number of threads.
/// </summary>
public sealed class BpttEstimator : IMetaGradientEstimator
{
    private readonly BpttOptions _options;
    private readonly Func<TaskDescription, VsmlModel> _modelOf;
    private readonly SimdLevel _level;
    private readonly Dictionary<VsmlModel, DifferentiatedLearner>[] _learners;
    private readonly EpisodeData[] _episodes;
    private EpisodeSource? _source;
    private VsmlModel[] _models = [];
    private Dictionary<VsmlModel, TapeMemory> _tapes = [];

    /// <summary>Makes an estimator.</summary>
    /// <param name="options">Hyper-parameters.</param>
    /// <param name="modelOf">The model whose layout fits a task; called once for every task of an episode source.</param>
    /// <param name="level">SIMD level of the kernels.</param>
    /// <param name="threads">Number of threads; 0 for one a core.</param>
    /// <exception cref="VsmlException">An option is out of range.</exception>
    public BpttEstimator(BpttOptions options, Func<TaskDescription, VsmlModel> modelOf, SimdLevel level, int threads = 0)
    {
        ConfigurationProblem.ThrowIfAny(ConfigurationWalk.Of(options, "estimator").Problems);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        _options = options;
        _modelOf = modelOf;
        _level = level;
        var workers = threads == 0 ? Environment.ProcessorCount : threads;
        _learners = [.. Enumerable.Range(0, workers).Select(_ => new Dictionary<VsmlModel, DifferentiatedLearner>())];
        _episodes = [.. Enumerable.Range(0, workers).Select(_ => new EpisodeData())];
    }

    /// <inheritdoc/>
    public TapeMemory? Memory { get; private set; }

    /// <inheritdoc/>
    public MetaGradient Estimate(
        ulong seed, uint iteration, ReadOnlyMemory<float> theta, EpisodeSource episodes, UnrollState state, CancellationToken cancellation = default)
    {
        _options.Truncation.CheckFits(episodes.Length);
        if (state.PairCount != 0 && state.PairCount != _options.EpisodeCount)
            throw new VsmlException($"The unroll state is that of {state.PairCount} episodes, but there are {_options.EpisodeCount}.");
        if (!episodes.Equals(_source)) Prepare(episodes, theta.Length);

        var window = _options.Truncation.Length(seed, iteration, episodes.Length);
        var outcomes = new Outcome[_options.EpisodeCount];
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
        return Collect(seed, iteration, theta.Length, state, outcomes);

        void Work(int worker)
        {
            for (int i; !cancellation.IsCancellationRequested && (i = Interlocked.Increment(ref next)) < outcomes.Length;)
                outcomes[i] = RunEpisode(worker, i, seed, iteration, theta.Span, episodes, window, state);
        }
    }

    private void Prepare(EpisodeSource source, int parameters)
    {
        source.Validate();
        var models = source.Tasks.Select(share => _modelOf(share.Task)).ToArray();
        var tapes = new Dictionary<VsmlModel, TapeMemory>();
        foreach (var model in models.Distinct())
        {
            if (model.Parameters.Count != parameters)
                throw new VsmlException($"theta has {parameters} values, but the model of {model.Architecture.InputSize} inputs and {model.Architecture.OutputSize} outputs has {model.Parameters.Count} meta-parameters.");
            var window = _options.Truncation.Longest(source.Length);
            var (examples, bytes) = EpisodeGradient.PlanTape(model, _level, 1, window, (long)(_options.MemoryMiB * (1 << 20)) / _learners.Length);
            tapes.Add(model, new TapeMemory(window, examples, bytes, _learners.Length));
        }
        foreach (var learners in _learners) learners.Clear();
        (_models, _source, _tapes) = (models, source, tapes);
        Memory = tapes.Values.MaxBy(tape => tape.Bytes);
    }

    private Outcome RunEpisode(int worker, int index, ulong seed, uint iteration, ReadOnlySpan<float> theta, EpisodeSource source, int window, UnrollState state)
    {
        var (began, from) = state.At(index, iteration);
        var task = source.Choose(seed, began, (uint)index);
        var data = _episodes[worker];
        var random = new CounterRandom(seed, RandomStream.Task, began, (uint)index);
        source.Tasks[task].Task.Sample(ref random, source.Length, data);
        var learner = LearnerOf(worker, _models[task], theta);

        var to = Math.Min(source.Length, from + window);
        var part = new EpisodePart(data, from, to, source.Tasks[task].Task.Loss == EpisodeLoss.Last ? source.Length - 1 : 0);
        // An episode ends with the window that reaches its end.
        var carried = to == source.Length || _options.Stride == 0 ? to - from : Math.Min(_options.Stride, to - from);
        if (from == 0) learner.Begin(theta, new CounterRandom(seed, RandomStream.Cells, began, (uint)index));
        else if (state.Learners[index].Length != learner.StateFloats) throw new VsmlException($"The unroll state has {state.Learners[index].Length} floats for episode {index}, but its learner has {learner.StateFloats}; it belongs to other tasks.");
        else learner.Load(theta, state.Learners[index]);

        var gradient = new float[theta.Length];
        var nominal = source.Loss == EpisodeLoss.Last ? 1 : _options.Truncation.Longest(source.Length);
        var loss = learner.Run(theta, part, nominal, carried, gradient);
        var finite = double.IsFinite(loss) && ((ReadOnlySpan<float>)gradient).IndexOfNonFinite() < 0;
        if (!finite) return new Outcome(double.NaN, 0, 0, to - from, 0, [], []);
        var goesOn = from + carried < source.Length;
        var after = goesOn ? new float[learner.StateFloats] : [];
        if (goesOn) learner.Save(after);
        return new Outcome(loss, part.Counted, learner.Correct(part), to - from, goesOn ? from + carried : 0, after, gradient);
    }

    private DifferentiatedLearner LearnerOf(int worker, VsmlModel model, ReadOnlySpan<float> theta)
    {
        if (_learners[worker].TryGetValue(model, out var learner)) return learner;
        learner = new DifferentiatedLearner(model, _level, theta, _tapes[model].TapeExamples);
        _learners[worker].Add(model, learner);
        return learner;
    }

    private MetaGradient Collect(ulong seed, uint iteration, int parameters, UnrollState state, Outcome[] outcomes)
    {
        var kept = outcomes.Count(outcome => !double.IsNaN(outcome.Loss));
        var dropped = new List<DroppedPair>();
        var sums = new double[parameters];
        var (loss, correct, counted, examples) = (0.0, 0L, 0L, 0L);
        var (began, positions, learners) = (new uint[outcomes.Length], new int[outcomes.Length], new float[outcomes.Length][]);
        for (var i = 0; i < outcomes.Length; i++)
        {
            var outcome = outcomes[i];
            examples += outcome.Examples;
            var present = state.At(i, iteration).Began;
            (positions[i], learners[i]) = (outcome.Position, outcome.Learner);
            began[i] = outcome.Position > 0 ? present : iteration + 1;
            if (double.IsNaN(outcome.Loss))
            {
                dropped.Add(new DroppedPair(present, (uint)i));
                continue;
            }
            loss += outcome.Loss;
            correct += outcome.Correct;
            counted += outcome.Counted;
            for (var p = 0; p < parameters; p++) sums[p] += outcome.Gradient[p];
        }
        if (dropped.Count > _options.MaxDroppedShare * outcomes.Length)
            throw new NonFiniteLossException(seed, iteration, dropped, outcomes.Length, _options.MaxDroppedShare);
        float[] gradient = kept == 0 ? [] : Array.ConvertAll(sums, sum => (float)(sum / kept));
        var unroll = Array.Exists(positions, position => position > 0) ? new UnrollState(began, positions, learners) : UnrollState.Empty;
        return new MetaGradient(counted == 0 ? null : loss / counted, counted == 0 ? null : correct / (double)counted, gradient, unroll, dropped, examples);
    }

    /// <summary>What one episode gave; a loss of NaN for one that drops out.</summary>
    private readonly record struct Outcome(double Loss, int Counted, int Correct, int Examples, int Position, float[] Learner, float[] Gradient);
}
