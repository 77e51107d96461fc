using Vsml.Baselines;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>A learner other than a VSML network, at the sizes of a task.</summary>
/// <param name="Description">The learner.</param>
/// <param name="Inputs">The task's inputs.</param>
/// <param name="Outputs">The task's classes.</param>
public sealed record ParametricTrainee(LearnerDescription Description, int Inputs, int Outputs) : Trainee
{
    private readonly int _count = Description.Create(Inputs, Outputs).ParameterCount;

    /// <inheritdoc/>
    public override int InputSize => Inputs;

    /// <inheritdoc/>
    public override int OutputSize => Outputs;

    /// <inheritdoc/>
    public override int ParameterCount => _count;

    /// <inheritdoc/>
    public override VsmlModel Model => throw new VsmlException($"{Words} is no VSML network, and this backend runs nothing else; leave it to the CPU (without --backend).");

    internal override string Words => Parts.KindOf(Description)?.Name ?? Description.GetType().Name;

    internal override IEpisodeLearner Forward(ReadOnlySpan<float> theta) => new ForwardLearner(Description.Create(Inputs, Outputs));

    // The learner keeps what it needs, which is little beside a network's states.
    internal override TapeMemory PlanTape(int longest, long bytes, int threads) => Description.Create(Inputs, Outputs) is IDifferentiableLearner learner
        ? new TapeMemory(longest, longest, sizeof(float) * (long)learner.StateSize * longest, threads)
        : throw new VsmlException($"{Words} has no gradient; meta-train it by evolution strategies (estimator.type es, truncated-es, pes or nres).");

    internal override IDifferentiatedLearner Reverse(ReadOnlySpan<float> theta, TapeMemory tape) => new ReverseLearner((IDifferentiableLearner)Description.Create(Inputs, Outputs));

    private sealed class ForwardLearner(IParametricLearner learner) : IEpisodeLearner
    {
        private CounterRandom _start;

        public int StateFloats => learner.StateSize;

        public void Begin(CounterRandom cells) => _start = cells;

        public void Restart()
        {
            var start = _start;
            learner.Reset(ref start);
        }

        public void Load(ReadOnlySpan<float> saved) => learner.LoadState(saved);

        public void Save(Span<float> saved) => learner.SaveState(saved);

        public float Run(ReadOnlySpan<float> theta, EpisodePart part, ref int correct)
        {
            learner.SetParameters(theta);
            var sum = 0.0;
            for (var t = part.From; t < part.To; t++)
            {
                var target = part.Data.Classes[t];
                var step = learner.Learn(part.Data.Input(t), target);
                if (!float.IsFinite(step.Loss)) return float.NaN;
                if (t < part.FirstCounted) continue;
                sum += step.Loss;
                if (step.Prediction.Class == target) correct++;
            }
            return part.Counted == 0 ? 0f : (float)(sum / part.Counted);
        }
    }

    private sealed class ReverseLearner(IDifferentiableLearner learner) : IDifferentiatedLearner
    {
        private float[] _weights = [];
        private float[] _losses = [];
        private int[] _predicted = [];

        public int StateFloats => learner.StateSize;

        public void Begin(ReadOnlySpan<float> theta, CounterRandom cells) => learner.Reset(ref cells);

        public void Load(ReadOnlySpan<float> theta, ReadOnlySpan<float> saved) => learner.LoadState(saved);

        public void Save(Span<float> saved) => learner.SaveState(saved);

        public double Run(ReadOnlySpan<float> theta, EpisodePart part, int nominal, int carried, Span<float> gradient)
        {
            var length = part.To - part.From;
            if (_losses.Length < length) (_losses, _weights, _predicted) = (new float[length], new float[length], new int[length]);
            for (var t = 0; t < length; t++) _weights[t] = part.From + t >= part.FirstCounted ? 1f / nominal : 0f;
            learner.SetParameters(theta);
            learner.Differentiate(part.Data, part.From, part.To, carried, _weights.AsSpan(0, length), _losses.AsSpan(0, length), _predicted.AsSpan(0, length), gradient);
            var sum = 0.0;
            for (var t = 0; t < length; t++)
                if (part.From + t >= part.FirstCounted) sum += _losses[t];
            return sum;
        }

        public int Correct(EpisodePart part)
        {
            var correct = 0;
            for (var t = Math.Max(part.From, part.FirstCounted); t < part.To; t++)
                if (_predicted[t - part.From] == part.Data.Classes[t]) correct++;
            return correct;
        }
    }
}
