using System.Numerics.Tensors;
using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>
/// Fast weight memory (Schlag, Munkhdalai, Schmidhuber, 2021): an LSTM of [input, previous error, previous label] with a third-order
/// tensor memory [m, m x m]. It writes a value under the key k1 x k2 by the delta rule, scales the memory's norm down to 1, reads
/// once, normalises what it read, projects it and adds it to its output.
/// Parameters in order, weights then biases: LSTM [A + 2B + H, 4H], output [H, B], write head [H, 3m + 1], read head [H, 2m], read projection [m, H].
/// </summary>
public sealed class FastWeightMemory : FeedbackLearner, IParametricLearner
{
    private const float NormEpsilon = 1e-5f;

    private readonly LstmCell _lstm;
    private readonly LinearMap _output;
    private readonly LinearMap _writeHead;
    private readonly LinearMap _readHead;
    private readonly LinearMap _readProjection;
    private readonly int _size;
    private readonly float[] _joined;
    private readonly float[] _write;
    private readonly float[] _read;
    private readonly float[] _address;
    private readonly float[] _retrieved;
    private readonly float[] _sum;
    private (float[] Hidden, float[] Cell, float[] Memory) _state;
    private (float[] Hidden, float[] Cell, float[] Memory) _next;

    /// <summary>Makes a learner.</summary>
    /// <param name="inputSize">A, the floats of one input.</param>
    /// <param name="outputSize">B, the number of classes.</param>
    /// <param name="theta">The parameters, or empty for zeros.</param>
    /// <param name="hiddenSize">H; published 32.</param>
    /// <param name="memorySize">m; published 16.</param>
    /// <param name="outputBound">Bound T of the output; 0 for none.</param>
    /// <exception cref="VsmlException">The number of parameters is wrong.</exception>
    public FastWeightMemory(int inputSize, int outputSize, ReadOnlySpan<float> theta, int hiddenSize = 32, int memorySize = 16, float outputBound = 100f)
        : base(inputSize, outputSize, outputBound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(memorySize, 1);
        _size = memorySize;
        _joined = new float[inputSize + 2 * outputSize];
        _lstm = new(_joined.Length, hiddenSize);
        _output = new(hiddenSize, outputSize);
        _writeHead = new(hiddenSize, 3 * memorySize + 1);
        _readHead = new(hiddenSize, 2 * memorySize);
        _readProjection = new(memorySize, hiddenSize);
        _write = new float[_writeHead.Outputs];
        _read = new float[_readHead.Outputs];
        _address = new float[memorySize * memorySize];
        _retrieved = new float[memorySize];
        _sum = new float[hiddenSize];
        var cells = memorySize * memorySize * memorySize;
        _state = (new float[hiddenSize], new float[hiddenSize], new float[cells]);
        _next = (new float[hiddenSize], new float[hiddenSize], new float[cells]);
        if (!theta.IsEmpty) SetParameters(theta);
    }

    /// <inheritdoc/>
    public int ParameterCount => Maps.Sum(map => map.ParameterCount);

    /// <inheritdoc/>
    public int StateSize => FeedbackSize + 2 * _state.Hidden.Length + _state.Memory.Length;

    /// <inheritdoc/>
    public void SetParameters(ReadOnlySpan<float> parameters)
    {
        CheckParameters("a fast weight memory of these sizes", parameters.Length, ParameterCount);
        foreach (var map in Maps) map.Load(ref parameters);
    }

    /// <inheritdoc/>
    public void SaveState(Span<float> state) => SaveFeedback(state, _state.Hidden, _state.Cell, _state.Memory);

    /// <inheritdoc/>
    public void LoadState(ReadOnlySpan<float> state) => LoadFeedback(state, _state.Hidden, _state.Cell, _state.Memory);

    private LinearMap[] Maps => [_lstm.Gates, _output, _writeHead, _readHead, _readProjection];

    /// <summary>Initial parameters: weights truncated normal with sigma 1 / sqrt(fan-in), biases 0.</summary>
    /// <param name="random">Stream to draw from.</param>
    public float[] InitialParameters(ref CounterRandom random)
    {
        var theta = new float[ParameterCount];
        var rest = theta.AsSpan();
        foreach (var map in Maps) map.Initialise(ref rest, ref random);
        return theta;
    }

    /// <inheritdoc/>
    protected override void ResetState(ref CounterRandom random)
    {
        Array.Clear(_state.Hidden);
        Array.Clear(_state.Cell);
        Array.Clear(_state.Memory);
    }

    /// <inheritdoc/>
    protected override void Advance(ReadOnlySpan<float> input, Span<float> output)
    {
        input.CopyTo(_joined);
        PreviousError.CopyTo(_joined.AsSpan(InputSize));
        PreviousLabel.CopyTo(_joined.AsSpan(InputSize + OutputSize));
        _lstm.Step(_joined, _state.Hidden, _state.Cell, _next.Hidden, _next.Cell);
        Write();
        Read();
        _readProjection.Apply(_retrieved, _sum);
        TensorPrimitives.Add(_next.Hidden, _sum, _sum);
        _output.Apply(_sum, output);
    }

    /// <inheritdoc/>
    protected override void Keep() => (_state, _next) = (_next, _state);

    private void Write()
    {
        _writeHead.Apply(_next.Hidden, _write);
        var rate = Activation.Sigmoid(_write[^1]);
        Activation.Tanh(_write.AsSpan(0, 3 * _size));
        Outer(_write.AsSpan(0, _size), _write.AsSpan(_size, _size));
        var squares = 0f;
        for (var r = 0; r < _size; r++)
        {
            var old = _state.Memory.AsSpan(r * _address.Length, _address.Length);
            var row = _next.Memory.AsSpan(r * _address.Length, _address.Length);
            var change = rate * (_write[2 * _size + r] - FixedOrder.Dot(old, _address));
            TensorPrimitives.MultiplyAdd(_address, change, old, row);
            squares += FixedOrder.Dot(row, row);
        }
        var norm = MathF.Sqrt(squares);
        if (norm > 1f) TensorPrimitives.Divide(_next.Memory, norm, _next.Memory);
    }

    private void Read()
    {
        _readHead.Apply(_next.Hidden, _read);
        Activation.Tanh(_read);
        Outer(_read.AsSpan(0, _size), _read.AsSpan(_size, _size));
        var mean = 0f;
        for (var r = 0; r < _size; r++) mean += _retrieved[r] = FixedOrder.Dot(_next.Memory.AsSpan(r * _address.Length, _address.Length), _address);
        mean /= _size;
        var variance = 0f;
        foreach (var value in _retrieved) variance += (value - mean) * (value - mean);
        var scale = 1f / MathF.Sqrt(variance / _size + NormEpsilon);
        for (var r = 0; r < _size; r++) _retrieved[r] = (_retrieved[r] - mean) * scale;
    }

    private void Outer(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        for (var i = 0; i < _size; i++) TensorPrimitives.Multiply(right, left[i], _address.AsSpan(i * _size, _size));
    }
}
