using Vsml.Contracts;
using Vsml.Numerics;

namespace Vsml.MetaTraining;

/// <summary>One learner's memory, used by both members of a pair one after the other.</summary>
internal sealed class PairLearner : IEpisodeLearner
{
    private readonly EpisodeRunner _runner;
    private readonly PackedTheta _packed;
    private readonly NetworkState _initial;
    private readonly float[] _label;
    private readonly float[] _logits;
    private readonly float[] _loss = new float[1];

    public PairLearner(VsmlModel model, SimdLevel level, ReadOnlySpan<float> theta)
    {
        _runner = new EpisodeRunner(model, level);
        _packed = model.Pack(theta, level);
        _initial = new NetworkState(_runner.Shape, batch: 1);
        _label = new float[model.Architecture.OutputSize];
        _logits = new float[model.Architecture.OutputSize];
        StateFloats = _runner.State.FloatCount;
    }

    /// <inheritdoc/>
    public int StateFloats { get; }

    /// <summary>Draws the initial cells of an episode, which both members share.</summary>
    public void Begin(CounterRandom cells)
    {
        _runner.InitialiseCells(ref cells);
        _initial.CopyFrom(_runner.State);
    }

    /// <inheritdoc/>
    public void Restart()
    {
        _runner.Reset();
        _runner.State.CopyFrom(_initial);
    }

    /// <inheritdoc/>
    public void Load(ReadOnlySpan<float> saved)
    {
        _runner.Reset();
        _runner.Resume();
        _runner.State.Load(saved);
    }

    /// <inheritdoc/>
    public void Save(Span<float> saved) => _runner.State.Save(saved);

    /// <inheritdoc/>
    public float Run(ReadOnlySpan<float> theta, EpisodePart part, ref int correct)
    {
        _runner.Model.Repack(theta, _packed);
        var sum = 0.0;
        var label = _label.AsSpan();
        label.Clear();
        for (var t = part.From; t < part.To; t++)
        {
            var target = part.Data.Classes[t];
            label[target] = 1f;
            var loss = _runner.Step(_packed, part.Data.Input(t), label, _logits, _loss);
            label[target] = 0f;
            if (!float.IsFinite(loss)) return float.NaN;
            if (t < part.FirstCounted) continue;
            sum += loss;
            if (new Prediction(_logits).Class == target) correct++;
        }
        return part.Counted == 0 ? 0f : (float)(sum / part.Counted);
    }
}
