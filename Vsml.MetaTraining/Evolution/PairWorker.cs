using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>Runs antithetic pairs on one thread.</summary>
internal sealed class PairWorker(INoise noise, EpisodeCache cache)
{
    private readonly Dictionary<Trainee, IEpisodeLearner> _learners = [];
    private readonly EpisodeData _episode = new();
    private float[] _plus = [];
    private float[] _minus = [];

    /// <summary>Runs a pair's next part of an episode.</summary>
    /// <param name="request">The request.</param>
    /// <param name="trainees">What is meta-trained, for each task.</param>
    /// <param name="index">Index of the pair in the request's range.</param>
    public PairOutcome Run(PopulationRequest request, Trainee[] trainees, int index)
    {
        var (began, from, begins) = request.State.At(index, request.Iteration);
        var pair = (uint)(request.FirstPair + index);
        var source = request.Episodes;
        var to = Math.Min(source.Length, from + request.Length);
        var (learner, part) = Prepare(request, trainees, pair, began, from, to, begins);
        var theta = request.Theta.Span;
        var before = begins ? [] : request.State.Learners[index];

        // Truncated ES keeps one state, which plus, minus and then the centre go on from; the other variants keep two.
        var shared = request.Variant == EsVariant.Truncated;
        var goesOn = to < source.Length;
        var floats = learner.StateFloats;
        var after = !goesOn ? [] : new float[shared ? floats : 2 * floats];
        var correct = 0;
        var plusLoss = RunMember(_plus, 0);
        var minusLoss = RunMember(_minus, shared ? 0 : floats);
        var examples = 2 * (to - from);
        if (goesOn && shared)
        {
            var ignored = 0;
            if (!float.IsFinite(RunPart(theta, 0, ref ignored))) plusLoss = float.NaN;
            learner.Save(after);
            examples += to - from;
        }

        // A pair that drops out begins a new episode, as its learners may never recover.
        if (!float.IsFinite(plusLoss) || !float.IsFinite(minusLoss)) (goesOn, after) = (false, []);
        return new PairOutcome(plusLoss, minusLoss, part.Counted, correct, examples, goesOn ? to : 0, after);

        float RunMember(ReadOnlySpan<float> member, int at)
        {
            var loss = RunPart(member, at, ref correct);
            if (goesOn && !shared) learner.Save(after.AsSpan(at, floats));
            return loss;
        }

        float RunPart(ReadOnlySpan<float> member, int at, ref int right)
        {
            if (begins) learner.Restart();
            else if (before.Length < at + floats) throw new VsmlException($"The unroll state has {before.Length} floats for pair {pair}, but its learners have {floats} each; it belongs to other tasks.");
            else learner.Load(before.AsSpan(at, floats));
            return learner.Run(member, part, ref right);
        }
    }

    /// <summary>Runs one member of a pair through a whole episode: what <see cref="Run"/> gives for it, bit for bit.</summary>
    /// <param name="request">A request of whole episodes.</param>
    /// <param name="trainees">What is meta-trained, for each task.</param>
    /// <param name="index">Index of the pair in the request's range.</param>
    /// <param name="minus">Whether it is the member at theta - noise.</param>
    public MemberOutcome RunMember(PopulationRequest request, Trainee[] trainees, int index, bool minus)
    {
        var length = request.Episodes.Length;
        var (learner, part) = Prepare(request, trainees, (uint)(request.FirstPair + index), request.Iteration, 0, length, begins: true);
        learner.Restart();
        var correct = 0;
        var loss = learner.Run(minus ? _minus : _plus, part, ref correct);
        return new MemberOutcome(loss, part.Counted, correct, length);
    }

    /// <summary>Draws a pair's episode, initial cells and noise.</summary>
    private (IEpisodeLearner Learner, EpisodePart Part) Prepare(PopulationRequest request, Trainee[] trainees, uint pair, uint began, int from, int to, bool begins)
    {
        var source = request.Episodes;
        var task = source.Choose(request.Seed, began, pair);
        var data = cache.Draw(source, task, request.Seed, began, pair, _episode);
        var learner = LearnerOf(trainees[task], request.Theta.Span);
        if (begins) learner.Begin(new CounterRandom(request.Seed, RandomStream.Cells, began, pair));
        var key = EsNoiseRule.Present(request.Variant, request.Seed, began, request.Iteration, pair);
        noise.Perturb(key, request.Theta.Span, request.NoiseStd, _plus, _minus);
        return (learner, new EpisodePart(data, from, to, source.Tasks[task].Task.Loss == EpisodeLoss.Last ? source.Length - 1 : 0, begins));
    }

    private IEpisodeLearner LearnerOf(Trainee trainee, ReadOnlySpan<float> theta)
    {
        if (_plus.Length != theta.Length) (_plus, _minus) = (new float[theta.Length], new float[theta.Length]);
        if (_learners.TryGetValue(trainee, out var learner)) return learner;
        learner = trainee.Forward(theta);
        _learners.Add(trainee, learner);
        return learner;
    }
}
