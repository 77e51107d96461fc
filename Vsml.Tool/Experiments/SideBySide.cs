using Vsml.Baselines;
using Vsml.Numerics;

namespace Vsml.Tool.Experiments;

/// <summary>What a network's state did up to a number of examples, beside gradient descent from the same weights on the same examples.</summary>
/// <param name="Examples">Examples learned.</param>
/// <param name="Accuracy">The network's accuracy since the reading before.</param>
/// <param name="PlainAccuracy">That of gradient descent.</param>
/// <param name="Cosines">For each layer, the mean cosine between the change of w in the state and that of backpropagation from this very state.</param>
/// <param name="Drifts">For each layer, the distance of w from that of gradient descent, as a share of the latter's norm.</param>
internal sealed record StateReading(int Examples, double Accuracy, double PlainAccuracy, IReadOnlyList<double> Cosines, IReadOnlyList<double> Drifts);

/// <summary>A network that runs backpropagation in its dynamics, with gradient descent learning beside it; reads both off now and then.</summary>
/// <param name="network">The network.</param>
/// <param name="plain">Gradient descent with its weights and rates.</param>
/// <param name="weights">The weights [inputs, outputs] that a layer's state holds.</param>
/// <param name="biases">Its biases.</param>
/// <param name="places">Numbers of examples at which to read, ascending.</param>
internal sealed class SideBySide(Learner network, TanhNetwork plain, Func<int, double[]> weights, Func<int, double[]> biases, IReadOnlyList<int> places) : IOnlineLearner
{
    // Cosines of so many examples before a reading.
    private const int Observed = 10;

    private readonly int _layers = network.Architecture.Layers.Count;
    private readonly double[] _cosines = new double[network.Architecture.Layers.Count];
    private int _seen, _right, _plainRight, _since, _observed;

    /// <summary>What was read.</summary>
    public List<StateReading> Readings { get; } = [];

    /// <inheritdoc/>
    public int InputSize => ((IOnlineLearner)network).InputSize;

    /// <inheritdoc/>
    public int OutputSize => ((IOnlineLearner)network).OutputSize;

    /// <inheritdoc/>
    public void Reset(ref CounterRandom random) => network.Reset(ref random);

    /// <inheritdoc/>
    public Prediction Predict(ReadOnlySpan<float> input) => network.Predict(input);

    /// <inheritdoc/>
    public LearningStep Learn(ReadOnlySpan<float> input, ReadOnlySpan<float> label) => throw new NotSupportedException("Readings are of labels.");

    /// <inheritdoc/>
    public LearningStep Learn(ReadOnlySpan<float> input, int label)
    {
        if (plain.Learn(input, label).Prediction.Class == label) _plainRight++;
        var next = Readings.Count < places.Count ? places[Readings.Count] : int.MaxValue;
        var step = next - _seen <= Observed ? Observe(input, label) : network.Learn(input, label);
        if (step.Prediction.Class == label) _right++;
        if (++_seen == next) Read();
        return step;
    }

    private LearningStep Observe(ReadOnlySpan<float> input, int label)
    {
        var (before, truth) = (Weights(), Plain());
        for (var l = 0; l < _layers; l++)
        {
            before[l].CopyTo(truth.Weights(l));
            biases(l).CopyTo(truth.Biases(l));
        }
        truth.Learn(input, label);
        var step = network.Learn(input, label);
        for (var l = 0; l < _layers; l++)
        {
            var (product, square, trueSquare) = (0.0, 0.0, 0.0);
            var (after, right) = (weights(l), truth.Weights(l).ToArray());
            for (var i = 0; i < after.Length; i++)
            {
                var (change, trueChange) = (after[i] - before[l][i], right[i] - before[l][i]);
                (product, square, trueSquare) = (product + change * trueChange, square + change * change, trueSquare + trueChange * trueChange);
            }
            if (square > 0 && trueSquare > 0) _cosines[l] += product / Math.Sqrt(square * trueSquare);
        }
        _observed++;
        return step;
    }

    private void Read()
    {
        var count = _seen - _since;
        Readings.Add(new(_seen, (double)_right / count, (double)_plainRight / count, [.. _cosines.Select(sum => Math.Round(sum / _observed, 4))], [.. Enumerable.Range(0, _layers).Select(Drift)]));
        (_since, _right, _plainRight, _observed) = (_seen, 0, 0, 0);
        Array.Clear(_cosines);
    }

    private double Drift(int layer)
    {
        var (mine, its, square, norm) = (weights(layer), plain.Weights(layer).ToArray(), 0.0, 0.0);
        for (var i = 0; i < mine.Length; i++) (square, norm) = (square + (mine[i] - its[i]) * (mine[i] - its[i]), norm + its[i] * its[i]);
        return Math.Round(Math.Sqrt(square / norm), 4);
    }

    private double[][] Weights() => [.. Enumerable.Range(0, _layers).Select(weights)];

    private TanhNetwork Plain()
    {
        var layers = network.Architecture.Layers;
        return new([layers[0].Inputs, .. layers.Select(layer => layer.Outputs)], 1);
    }
}
