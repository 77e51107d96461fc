using Vsml.Contracts;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>One learner's memory for the reverse pass, used by one episode after another.</summary>
internal sealed class DifferentiatedLearner : IDifferentiatedLearner
{
    private readonly EpisodeRunner _runner;
    private readonly EpisodeGradient _reverse;
    private readonly PackedTheta _packed;
    private readonly NetworkState _end;
    private float[] _labels = [];
    private float[] _weights = [];
    private float[] _losses = [];

    public DifferentiatedLearner(VsmlModel model, SimdLevel level, ReadOnlySpan<float> theta, int tapeExamples)
    {
        _runner = new EpisodeRunner(model, level);
        _reverse = new EpisodeGradient(model, level, batch: 1, tapeExamples);
        _packed = model.Pack(theta, level);
        _end = new NetworkState(_runner.Shape, batch: 1);
    }

    /// <inheritdoc/>
    public int StateFloats => _end.FloatCount;

    /// <inheritdoc/>
    public void Begin(ReadOnlySpan<float> theta, CounterRandom cells)
    {
        _runner.Model.Repack(theta, _packed);
        _runner.InitialiseCells(ref cells);
        _runner.Start(_packed);
    }

    /// <inheritdoc/>
    public void Load(ReadOnlySpan<float> theta, ReadOnlySpan<float> saved)
    {
        _runner.Model.Repack(theta, _packed);
        _runner.State.Load(saved);
    }

    /// <inheritdoc/>
    public void Save(Span<float> saved) => _end.Save(saved);

    /// <inheritdoc/>
    public double Run(ReadOnlySpan<float> theta, EpisodePart part, int nominal, int carried, Span<float> gradient)
    {
        var length = part.To - part.From;
        var (inputs, classes) = (part.Data.InputSize, part.Data.OutputSize);
        if (_losses.Length < length) (_losses, _weights) = (new float[length], new float[length]);
        if (_labels.Length < length * classes) _labels = new float[length * classes];
        for (var t = 0; t < length; t++)
        {
            part.Data.OneHot(part.From + t, _labels.AsSpan(t * classes, classes));
            _weights[t] = part.From + t >= part.FirstCounted ? 1f / nominal : 0f;
        }
        _reverse.Run(
            theta,
            _packed,
            _runner.State,
            part.Data.Inputs.AsSpan(part.From * inputs, length * inputs),
            _labels.AsSpan(0, length * classes),
            _weights.AsSpan(0, length),
            _losses.AsSpan(0, length),
            gradient,
            _end,
            carried,
            startsEpisode: part.Begins);
        var sum = 0.0;
        for (var t = 0; t < length; t++)
            if (part.From + t >= part.FirstCounted) sum += _losses[t];
        return sum;
    }

    /// <inheritdoc/>
    public int Correct(EpisodePart part)
    {
        var correct = 0;
        for (var t = Math.Max(part.From, part.FirstCounted); t < part.To; t++)
            if (_reverse.PredictedClass(t - part.From) == part.Data.Classes[t]) correct++;
        return correct;
    }
}
