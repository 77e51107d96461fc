using System.Runtime.Intrinsics;
using Vsml.Numerics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace Vsml.MetaTraining;

/// <summary>
/// A network of dense layers of sub-RNNs that learns a random task: classes with a mean each, fresh for every episode. Messages are
/// sums. It records what its sub-RNNs saw in the last examples, so that they can be differentiated one by one.
/// </summary>
internal sealed class CloneNetwork
{
    private readonly CloneConfiguration _configuration;
    private readonly CloneWindow _window;
    private readonly int _n, _recorded;
    private readonly float[][] _values, _errors, _means;
    private readonly Layer[] _layers;

    /// <summary>Allocates a network.</summary>
    /// <param name="configuration">The run.</param>
    /// <param name="window">Runs and differentiates sub-RNNs.</param>
    /// <param name="recorded">Examples that are recorded.</param>
    public CloneNetwork(CloneConfiguration configuration, CloneWindow window, int recorded)
    {
        (_configuration, _window, _n, _recorded) = (configuration, window, configuration.StateSize, recorded);
        var sizes = configuration.Layers;
        _values = [.. sizes.Select(size => new float[size])];
        _errors = [.. sizes.Select(size => new float[size])];
        _means = [.. Enumerable.Range(0, sizes[^1]).Select(_ => new float[sizes[0]])];
        _layers = new Layer[sizes.Count - 1];
        for (var (l, first) = (0, 0); l < _layers.Length; first += _layers[l++].Blocks) _layers[l] = new(first, sizes[l], sizes[l + 1], _n);
    }

    /// <summary>Samples that an episode gives: one for every eight sub-RNNs.</summary>
    public int Blocks => _layers.Sum(layer => layer.Blocks);

    /// <summary>Runs an episode and records its last examples.</summary>
    /// <param name="theta">All parameters.</param>
    /// <param name="length">Examples before those that are recorded.</param>
    /// <param name="trueErrors">Whether backward messages are those of plain backpropagation.</param>
    /// <param name="floors">Sizes of targets below which they make no difference.</param>
    /// <param name="random">Stream of the episode.</param>
    /// <param name="samples">Receive what sub-RNNs saw [blocks].</param>
    public void Draw(ReadOnlySpan<float> theta, int length, bool trueErrors, CloneFloors floors, ref CounterRandom random, ReadOnlySpan<CloneSample> samples)
    {
        Begin(ref random);
        for (var t = 0; t < length; t++) Learn(theta, trueErrors, ref random, -1, samples);
        foreach (var layer in _layers)
            for (var block = 0; block < layer.Blocks; block++) layer.StateOf(block).CopyTo(samples[layer.First + block].State);
        for (var t = 0; t < _recorded; t++) Learn(theta, trueErrors, ref random, t, samples);
        foreach (var layer in _layers)
        {
            var own = samples.Slice(layer.First, layer.Blocks);
            var weights = Weights(own, floors);
            foreach (var sample in own) sample.Weights = weights;
        }
    }

    private void Begin(ref CounterRandom random)
    {
        var scale = random.NextUniform(0.3f, 1.5f);
        foreach (var mean in _means)
            foreach (ref var value in mean.AsSpan()) value = scale * random.NextTruncatedNormal();
        Span<float> lanes = stackalloc float[SubRnnLanes.Width];
        foreach (var layer in _layers)
        {
            Array.Clear(layer.State);
            var sigma = _configuration.Alpha * random.NextUniform(0.2f, 3f) / MathF.Sqrt(layer.Inputs);
            for (var block = 0; block < layer.Blocks; block++)
            {
                foreach (ref var lane in lanes) lane = sigma * random.NextTruncatedNormal();
                layer.State[block * 2 * _n + _n + CloneReadout.WeightEntry] = Vector256.Create<float>(lanes);
            }
        }
    }

    private void Learn(ReadOnlySpan<float> theta, bool trueErrors, ref CounterRandom random, int record, ReadOnlySpan<CloneSample> samples)
    {
        var label = random.NextInt(_means.Length);
        for (var a = 0; a < _values[0].Length; a++) _values[0][a] = _means[label][a] + random.NextTruncatedNormal();
        for (var l = 0; l < _layers.Length; l++) Sweep(theta, 0, l, record, samples);
        SoftmaxCrossEntropy.Evaluate(_values[^1], OneHot(label), 1, _errors[^1]);
        if (trueErrors)
            for (var l = _layers.Length - 1; l > 0; l--) Backpropagate(l);
        for (var l = _layers.Length - 1; l >= 0; l--)
        {
            var trueOnes = trueErrors ? (float[])_errors[l].Clone() : null;
            Sweep(theta, 1, l, record, samples);
            trueOnes?.CopyTo(_errors[l], 0);
        }
    }

    private float[] OneHot(int label)
    {
        var labels = new float[_means.Length];
        labels[label] = 1;
        return labels;
    }

    // One sweep of a layer: forward into the values above it, backward into the errors below it.
    private void Sweep(ReadOnlySpan<float> theta, int sweep, int index, int record, ReadOnlySpan<CloneSample> samples)
    {
        var layer = _layers[index];
        var (inputs, errors) = (_values[index], _errors[index + 1]);
        var sums = sweep == 0 ? _values[index + 1] : _errors[index];
        Array.Clear(sums);
        Span<float> input = stackalloc float[SubRnnLanes.Width], error = stackalloc float[SubRnnLanes.Width], sent = stackalloc float[SubRnnLanes.Width];
        for (var block = 0; block < layer.Blocks; block++)
        {
            for (var lane = 0; lane < SubRnnLanes.Width; lane++)
            {
                var (a, b) = Math.DivRem(block * SubRnnLanes.Width + lane, layer.Outputs);
                (input[lane], error[lane]) = (inputs[a], errors[b]);
            }
            var (x, e) = (Vector256.Create<float>(input), Vector256.Create<float>(error));
            _window.Sweep(theta, sweep, x, e, layer.StateOf(block)).CopyTo(sent);
            for (var lane = 0; lane < SubRnnLanes.Width; lane++)
            {
                var (a, b) = Math.DivRem(block * SubRnnLanes.Width + lane, layer.Outputs);
                sums[sweep == 0 ? b : a] += sent[lane] / _configuration.Alpha;
            }
            if (sweep == 1 && record >= 0) (samples[layer.First + block].Inputs[record], samples[layer.First + block].Errors[record]) = (x, e);
        }
    }

    // The errors below a layer, of the weights that its cells hold.
    private void Backpropagate(int index)
    {
        var layer = _layers[index];
        Array.Clear(_errors[index]);
        for (var s = 0; s < layer.Inputs * layer.Outputs; s++)
        {
            var (a, b) = Math.DivRem(s, layer.Outputs);
            var weight = layer.State[s / SubRnnLanes.Width * 2 * _n + _n + CloneReadout.WeightEntry][s % SubRnnLanes.Width] / _configuration.Alpha;
            _errors[index][a] += weight * _errors[index + 1][b];
        }
        for (var a = 0; a < layer.Inputs; a++)
        {
            var tanh = DeterministicMath.Tanh(_values[index][a]);
            _errors[index][a] *= 1 - tanh * tanh;
        }
    }

    // One over each target's mean square over a layer.
    private CloneTerms Weights(ReadOnlySpan<CloneSample> samples, CloneFloors floors)
    {
        var (forward, backward, weightChange, biasChange) = (Lanes.Zero, Lanes.Zero, Lanes.Zero, Lanes.Zero);
        foreach (var sample in samples)
            for (var t = 0; t < _recorded; t++)
            {
                var (x, e) = (DeterministicMath.Tanh(sample.Inputs[t]), sample.Errors[t]);
                var (w, b) = (sample.State[_n + CloneReadout.WeightEntry], sample.State[_n + CloneReadout.BiasEntry]);
                var (y, m) = (x * w + Vector256.Create(_configuration.BiasShare) * b, e * w * (Lanes.One - x * x));
                (forward, backward, weightChange, biasChange) = (forward + y * y, backward + m * m, weightChange + x * e * x * e, biasChange + e * e);
            }
        var rate = _configuration.Alpha * _configuration.Rate;
        var count = samples.Length * _recorded * SubRnnLanes.Width;
        return new(
            Inverse(forward, 1, _configuration.Alpha * floors.Messages), Inverse(backward, 1, _configuration.Alpha * floors.Messages),
            Inverse(weightChange, rate, rate * floors.Changes), Inverse(biasChange, rate, rate * floors.Changes));

        Lanes Inverse(Lanes squares, float scale, float smallest) => Vector256.Create(CloneDraws.Inverse(scale * scale * Vector256.Sum(squares) / count, smallest));
    }

    private sealed class Layer(int first, int inputs, int outputs, int stateSize)
    {
        // Of all blocks of eight sub-RNNs.
        public int First => first;

        public int Inputs => inputs;

        public int Outputs => outputs;

        public int Blocks => inputs * outputs / SubRnnLanes.Width;

        public Lanes[] State { get; } = new Lanes[inputs * outputs / SubRnnLanes.Width * 2 * stateSize];

        public Span<Lanes> StateOf(int block) => State.AsSpan(block * 2 * stateSize, 2 * stateSize);
    }
}
