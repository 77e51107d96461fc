using Vsml.Reference;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Reference;

/// <summary>
/// The network as one LSTM over the states of all sub-RNNs (paper, section 3): with one micro tick, no layer norm and zero
/// backward bias, a tick of K layers is K masked steps of that LSTM. Its recurrent matrix has W_h on the diagonal blocks,
/// and Wf W_f / A and Wb W_b / B between the layers.
/// </summary>
public class OneBigLstmTests
{
    [Theory]
    [InlineData(false, 3, 2, 3)]
    [InlineData(true, 2, 4, 3)]
    [InlineData(false, 2, 3, 2, 3)]
    [InlineData(true, 3, 1, 2, 4, 2)]
    public void ATickIsOneMaskedStepPerLayer(bool labelFeedback, params int[] widths)
    {
        var architecture = new Architecture
        {
            StateSize = 3,
            MessageSize = 4,
            Layers = new(widths.Zip(widths.Skip(1), (inputs, outputs) => new DenseLayerSpec(inputs, outputs))),
            Schedule = new TickSchedule { MicroTicks = new([1]) },
            LabelFeedback = labelFeedback,
        };
        var episode = SmallNetworks.RandomEpisode(architecture, seed: 11 + widths.Length, length: 12);
        var backwardBias = ParameterLayout.Of(architecture).Find("shared", "bwd/b");
        episode.Theta.AsSpan(backwardBias.Offset, backwardBias.Length).Clear();

        var network = new ReferenceNetwork(architecture, episode.Theta);
        for (var l = 0; l < episode.Cells.Length; l++) network.SetCells(l, episode.Cells[l]);
        var lstm = new BigLstm(architecture, episode.Theta, episode.Cells);
        var (inputs, outputs) = (architecture.InputSize, architecture.OutputSize);
        var (error, label) = (new double[outputs], new double[outputs]);
        for (var t = 0; t < episode.Length; t++)
        {
            var labels = episode.Labels.AsSpan(t * outputs, outputs);
            var expected = network.Step(episode.Inputs.AsSpan(t * inputs, inputs), labels);
            for (var l = 0; l < architecture.Layers.Count; l++) lstm.MaskedStep(l, episode.Inputs.AsSpan(t * inputs, inputs), error, label);
            var logits = lstm.Output();
            for (var b = 0; b < outputs; b++) logits[b].ShouldBe(expected.Logits[b], 1e-12);
            for (var l = 0; l < architecture.Layers.Count; l++)
                network.Cells(l).ToArray().Zip(lstm.Cells(l)).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-12);

            var sum = logits.Sum(Math.Exp);
            for (var b = 0; b < outputs; b++) error[b] = Math.Exp(logits[b]) / sum - labels[b];
            if (labelFeedback) labels.CopyTo(label);
        }
    }

    /// <summary>One LSTM whose units are all entries of all sub-RNNs' states, its matrices assembled from theta.</summary>
    private sealed class BigLstm
    {
        private readonly Architecture _architecture;
        private readonly int _n, _m, _units;
        private readonly int[] _firstUnit;
        private readonly double[] _theta, _hidden, _cells, _bias;
        private readonly double[,] _recurrent; // [from unit, 4 gates x to unit]
        private readonly ParameterTensor _w, _forwardWeights, _forwardBias, _backwardWeights;

        public BigLstm(Architecture architecture, double[] theta, double[][] cells)
        {
            (_architecture, _theta, _n, _m) = (architecture, theta, architecture.StateSize, architecture.MessageSize);
            var layout = ParameterLayout.Of(architecture);
            (_w, _forwardWeights, _forwardBias, _backwardWeights) =
                (layout.Find("shared", "lstm/w"), layout.Find("shared", "fwd/w"), layout.Find("shared", "fwd/b"), layout.Find("shared", "bwd/w"));
            _cells = [.. cells.SelectMany(values => values)];
            _units = _cells.Length;
            _hidden = new double[_units];
            _firstUnit = [.. cells.Select((_, l) => cells.Take(l).Sum(values => values.Length))];
            _bias = new double[4 * _units];
            _recurrent = new double[_units, 4 * _units];
            var biases = layout.Find("shared", "lstm/b").Offset;
            for (var l = 0; l < architecture.Layers.Count; l++)
                for (var a = 0; a < architecture.Layers[l].Inputs; a++)
                    for (var b = 0; b < architecture.Layers[l].Outputs; b++)
                        for (var column = 0; column < 4 * _n; column++)
                            _bias[Gate(l, a, b, column)] = theta[biases + column] + Connect(l, a, b, column);
        }

        public IEnumerable<double> Cells(int layer) =>
            _cells.Skip(_firstUnit[layer]).Take((int)_architecture.Layers[layer].SubRnnCount * _n);

        /// <summary>One LSTM step of which only the units of one layer are kept.</summary>
        public void MaskedStep(int layer, ReadOnlySpan<double> input, double[] error, double[] label)
        {
            var z = (double[])_bias.Clone();
            for (var from = 0; from < _units; from++)
                for (var to = 0; to < 4 * _units; to++) z[to] += _hidden[from] * _recurrent[from, to];
            var last = _architecture.Layers.Count - 1;
            for (var a = 0; a < _architecture.Layers[layer].Inputs; a++)
                for (var b = 0; b < _architecture.Layers[layer].Outputs; b++)
                    for (var column = 0; column < 4 * _n; column++)
                    {
                        if (layer == 0) z[Gate(layer, a, b, column)] += input[a] * W(0, column);
                        if (layer == last) z[Gate(layer, a, b, column)] += error[b] * W(_m, column) + label[b] * W(_m + 1, column);
                    }
            var end = _firstUnit[layer] + (int)_architecture.Layers[layer].SubRnnCount * _n;
            for (var unit = _firstUnit[layer]; unit < end; unit++)
            {
                var (i, g, f, o) = (z[unit], z[_units + unit], z[2 * _units + unit], z[3 * _units + unit]);
                _cells[unit] = Sigmoid(f + 5) * _cells[unit] + Sigmoid(i - 5) * Math.Tanh(g);
                _hidden[unit] = Sigmoid(o) * Math.Tanh(_cells[unit]);
            }
        }

        public double[] Output()
        {
            var last = _architecture.Layers.Count - 1;
            var (inputs, index) = (_architecture.Layers[last].Inputs, _architecture.OutputIndex);
            var outputs = new double[_architecture.OutputSize];
            for (var b = 0; b < outputs.Length; b++)
            {
                for (var a = 0; a < inputs; a++)
                    for (var n = 0; n < _n; n++) outputs[b] += _hidden[Unit(last, a, b, n)] * _theta[_forwardWeights.Offset + n * _m + index] / inputs;
                outputs[b] += _theta[_forwardBias.Offset + index];
                outputs[b] = Math.Tanh(outputs[b] / 100) * 100;
            }
            return outputs;
        }

        // Fills the columns of one gate entry of one sub-RNN; returns what the forward messages' bias adds to its bias.
        private double Connect(int l, int a, int b, int column)
        {
            var to = Gate(l, a, b, column);
            for (var n = 0; n < _n; n++) _recurrent[Unit(l, a, b, n), to] = W(2 * _m + n, column);
            if (l < _architecture.Layers.Count - 1)
            {
                var after = _architecture.Layers[l + 1].Outputs;
                for (var next = 0; next < after; next++)
                    for (var n = 0; n < _n; n++)
                        _recurrent[Unit(l + 1, b, next, n), to] = Through(_backwardWeights, n, _m, column) / after;
            }
            if (l == 0) return 0;
            var before = _architecture.Layers[l - 1].Inputs;
            for (var previous = 0; previous < before; previous++)
                for (var n = 0; n < _n; n++)
                    _recurrent[Unit(l - 1, previous, a, n), to] = Through(_forwardWeights, n, 0, column) / before;
            return Enumerable.Range(0, _m).Sum(m => _theta[_forwardBias.Offset + m] * W(m, column));
        }

        // An entry of Wf W_f, or of Wb W_b.
        private double Through(ParameterTensor messenger, int n, int firstRow, int column) =>
            Enumerable.Range(0, _m).Sum(m => _theta[messenger.Offset + n * _m + m] * W(firstRow + m, column));

        private double W(int row, int column) => _theta[_w.Offset + row * 4 * _n + column];

        private int Unit(int l, int a, int b, int n) => _firstUnit[l] + (a * _architecture.Layers[l].Outputs + b) * _n + n;

        private int Gate(int l, int a, int b, int column) => column / _n * _units + Unit(l, a, b, column % _n);

        private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
    }
}
