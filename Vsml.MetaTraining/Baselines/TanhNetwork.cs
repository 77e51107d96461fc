using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>
/// A plain network y = W tanh(x) + b of any depth that takes a step of gradient descent after each example, in double precision: what
/// backpropagation in the recurrent dynamics is compared with. Inputs pass through tanh, as in the paper (section 3.2).
/// </summary>
public sealed class TanhNetwork : Baseline
{
    private readonly double[][] _weights, _biases, _signals, _errors;
    private readonly double _rate;

    /// <summary>Makes a learner of zero weights.</summary>
    /// <param name="sizes">Inputs, hidden units of each layer, and classes.</param>
    /// <param name="rate">The learning rate.</param>
    public TanhNetwork(IReadOnlyList<int> sizes, double rate)
        : base(sizes[0], sizes[^1])
    {
        _rate = rate;
        BiasRates = [.. sizes.Skip(1).Select(_ => rate)];
        _weights = [.. sizes.Zip(sizes.Skip(1), (inputs, outputs) => new double[inputs * outputs])];
        _biases = [.. sizes.Skip(1).Select(outputs => new double[outputs])];
        // tanh of what goes into each layer, and last the outputs as they are.
        _signals = [.. sizes.Select(size => new double[size])];
        _errors = [.. sizes.Select(size => new double[size])];
    }

    /// <summary>The learning rate of each layer's biases. Default that of the weights.</summary>
    public IReadOnlyList<double> BiasRates { get; init; }

    /// <summary>The weights [inputs, outputs] of a layer, which may be changed.</summary>
    /// <param name="layer">The layer, from 0.</param>
    public Span<double> Weights(int layer) => _weights[layer];

    /// <summary>The biases [outputs] of a layer, which may be changed.</summary>
    /// <param name="layer">The layer, from 0.</param>
    public Span<double> Biases(int layer) => _biases[layer];

    /// <summary>Weights become normal with deviation 1 / sqrt(inputs) where there is a hidden layer, else zero; biases become zero.</summary>
    /// <param name="random">Stream for the weights.</param>
    public override void Reset(ref CounterRandom random)
    {
        for (var l = 0; l < _weights.Length; l++)
        {
            Array.Clear(_biases[l]);
            Array.Clear(_weights[l]);
            if (_weights.Length == 1) continue;
            var deviation = BackpropagationTheta.InitialDeviation(_signals[l].Length);
            foreach (ref var weight in _weights[l].AsSpan()) weight = deviation * random.NextNormal();
        }
    }

    /// <inheritdoc/>
    protected override void Evaluate(ReadOnlySpan<float> input, Span<float> logits)
    {
        for (var a = 0; a < input.Length; a++) _signals[0][a] = Math.Tanh(input[a]);
        for (var l = 0; l < _weights.Length; l++)
        {
            var (from, to, weights) = (_signals[l], _signals[l + 1], _weights[l]);
            _biases[l].CopyTo(to, 0);
            for (var a = 0; a < from.Length; a++)
                for (var b = 0; b < to.Length; b++) to[b] += from[a] * weights[a * to.Length + b];
            if (l < _weights.Length - 1)
                foreach (ref var signal in to.AsSpan()) signal = Math.Tanh(signal);
        }
        for (var b = 0; b < logits.Length; b++) logits[b] = (float)_signals[^1][b];
    }

    /// <inheritdoc/>
    protected override float Update(ReadOnlySpan<float> input, ReadOnlySpan<float> label, Span<float> logits)
    {
        Evaluate(input, logits);
        var loss = new Prediction(logits).Loss(label);
        SoftmaxError(label, _signals[^1], _errors[^1]);
        for (var l = _weights.Length - 1; l >= 0; l--)
        {
            var (from, error, below, weights, biases) = (_signals[l], _errors[l + 1], _errors[l], _weights[l], _biases[l]);
            for (var a = 0; a < from.Length; a++)
            {
                var row = weights.AsSpan(a * error.Length, error.Length);
                var (sum, step) = (0.0, _rate * from[a]);
                for (var b = 0; b < row.Length; b++)
                {
                    sum += row[b] * error[b];
                    row[b] -= step * error[b];
                }
                below[a] = sum * (1 - from[a] * from[a]);
            }
            for (var b = 0; b < biases.Length; b++) biases[b] -= BiasRates[l] * error[b];
        }
        return loss;
    }

    // softmax(output) sum(label) - label.
    private static void SoftmaxError(ReadOnlySpan<float> label, double[] outputs, double[] error)
    {
        var (largest, sum, total) = (outputs.Max(), 0.0, 0.0);
        for (var b = 0; b < outputs.Length; b++)
        {
            sum += error[b] = Math.Exp(outputs[b] - largest);
            total += label[b];
        }
        for (var b = 0; b < outputs.Length; b++) error[b] = error[b] / sum * total - label[b];
    }
}
