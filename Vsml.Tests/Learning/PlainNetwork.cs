namespace Vsml.Tests.Learning;

/// <summary>
/// A network of convolutions and dense layers with tanh in front of each, in double precision: what backpropagation in the recurrent
/// dynamics is compared with. A dense layer is a convolution of one position.
/// </summary>
internal sealed class PlainNetwork
{
    private readonly ConvLayerSpec[] _layers;
    private readonly double[][] _inputs;

    /// <summary>Makes a network with given weights [k, k, in, out] of each layer and biases 0.</summary>
    public PlainNetwork(IEnumerable<LayerSpec> layers, double[][] weights)
    {
        _layers = [.. layers.Select(layer => layer as ConvLayerSpec ?? new ConvLayerSpec(1, 1, layer.Inputs, layer.Outputs, 1, 1))];
        Weights = weights;
        Biases = [.. _layers.Select(layer => new double[layer.OutputChannels])];
        _inputs = new double[_layers.Length][];
    }

    public double[][] Weights { get; }

    public double[][] Biases { get; }

    public static double Loss(double[] logits, int label)
    {
        var largest = logits.Max();
        return Math.Log(logits.Sum(logit => Math.Exp(logit - largest))) + largest - logits[label];
    }

    public double[] Forward(double[] input)
    {
        var values = input;
        for (var l = 0; l < _layers.Length; l++)
        {
            _inputs[l] = [.. values.Select(Math.Tanh)];
            values = new double[_layers[l].Outputs];
            for (var output = 0; output < values.Length; output++) values[output] = Biases[l][output % _layers[l].OutputChannels];
            foreach (var (weight, from, to) in Connections(_layers[l])) values[to] += Weights[l][weight] * _inputs[l][from];
        }
        return values;
    }

    /// <summary>Gradients of the loss of the input that was last run.</summary>
    public (double[][] Weights, double[][] Biases) Backward(double[] logits, int label)
    {
        var gradients = (Weights: Weights.Select(w => new double[w.Length]).ToArray(), Biases: Biases.Select(b => new double[b.Length]).ToArray());
        var sum = logits.Sum(Math.Exp);
        double[] error = [.. logits.Select((logit, b) => Math.Exp(logit) / sum - (b == label ? 1 : 0))];
        for (var l = _layers.Length - 1; l >= 0; l--)
        {
            var below = new double[_layers[l].Inputs];
            for (var output = 0; output < error.Length; output++) gradients.Biases[l][output % _layers[l].OutputChannels] += error[output];
            foreach (var (weight, from, to) in Connections(_layers[l]))
            {
                gradients.Weights[l][weight] += _inputs[l][from] * error[to];
                below[from] += Weights[l][weight] * error[to] * (1 - _inputs[l][from] * _inputs[l][from]);
            }
            error = below;
        }
        return gradients;
    }

    public void Descend((double[][] Weights, double[][] Biases) gradients, double rate)
    {
        for (var l = 0; l < _layers.Length; l++)
        {
            for (var i = 0; i < Weights[l].Length; i++) Weights[l][i] -= rate * gradients.Weights[l][i];
            for (var i = 0; i < Biases[l].Length; i++) Biases[l][i] -= rate * gradients.Biases[l][i];
        }
    }

    private static IEnumerable<(int Weight, int From, int To)> Connections(ConvLayerSpec conv)
    {
        var pad = (conv.Kernel - 1) / 2;
        for (var y = 0; y < conv.OutputHeight; y++)
            for (var x = 0; x < conv.OutputWidth; x++)
                for (var ky = 0; ky < conv.Kernel; ky++)
                    for (var kx = 0; kx < conv.Kernel; kx++)
                    {
                        var (row, column) = (y * conv.Stride + ky - pad, x * conv.Stride + kx - pad);
                        if (row < 0 || row >= conv.Height || column < 0 || column >= conv.Width) continue;
                        for (var a = 0; a < conv.Channels; a++)
                            for (var b = 0; b < conv.OutputChannels; b++)
                                yield return (((ky * conv.Kernel + kx) * conv.Channels + a) * conv.OutputChannels + b,
                                    (row * conv.Width + column) * conv.Channels + a, (y * conv.OutputWidth + x) * conv.OutputChannels + b);
                    }
    }
}
