using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>
/// Meta RNN (Hochreiter et al., 2001): one LSTM fed [input, previous error, previous label], and an output layer. Everything it learns
/// in an episode is in its state, so it has far fewer learned variables than parameters.
/// Parameters in order: LSTM weights [A + 2B + H, 4H] and biases, output weights [H, B] and biases.
/// </summary>
public sealed partial class MetaRnn : FeedbackLearner, IDifferentiableLearner
{
    private readonly LstmCell _lstm;
    private readonly LinearMap _output;
    private readonly int _microTicks;
    private readonly float[] _joined;
    private (float[] Hidden, float[] Cell) _state;
    private (float[] Hidden, float[] Cell) _next;

    /// <summary>Makes a learner.</summary>
    /// <param name="inputSize">A, the floats of one input.</param>
    /// <param name="outputSize">B, the number of classes.</param>
    /// <param name="theta">The parameters, or empty for zeros.</param>
    /// <param name="hiddenSize">H; published 128.</param>
    /// <param name="microTicks">LSTM steps an example; published 2.</param>
    /// <param name="outputBound">Bound T of the output; 0 for none.</param>
    /// <exception cref="VsmlException">The number of parameters is wrong.</exception>
    public MetaRnn(int inputSize, int outputSize, ReadOnlySpan<float> theta, int hiddenSize = 128, int microTicks = 2, float outputBound = 100f)
        : base(inputSize, outputSize, outputBound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(microTicks, 1);
        _microTicks = microTicks;
        _joined = new float[inputSize + 2 * outputSize];
        _lstm = new(_joined.Length, hiddenSize);
        _output = new(hiddenSize, outputSize);
        _state = (new float[hiddenSize], new float[hiddenSize]);
        _next = (new float[hiddenSize], new float[hiddenSize]);
        ParameterCount = _lstm.Gates.ParameterCount + _output.ParameterCount;
        if (!theta.IsEmpty) SetParameters(theta);
    }

    /// <inheritdoc/>
    public int ParameterCount { get; }

    /// <inheritdoc/>
    public int StateSize => FeedbackSize + 2 * _state.Hidden.Length;

    /// <inheritdoc/>
    public void SetParameters(ReadOnlySpan<float> parameters)
    {
        CheckParameters("a Meta RNN of these sizes", parameters.Length, ParameterCount);
        _lstm.Gates.Load(ref parameters);
        _output.Load(ref parameters);
    }

    /// <inheritdoc/>
    public void SaveState(Span<float> state) => SaveFeedback(state, _state.Hidden, _state.Cell);

    /// <inheritdoc/>
    public void LoadState(ReadOnlySpan<float> state) => LoadFeedback(state, _state.Hidden, _state.Cell);

    /// <summary>Initial parameters: weights truncated normal with sigma 1 / sqrt(fan-in), biases 0.</summary>
    /// <param name="random">Stream to draw from.</param>
    public float[] InitialParameters(ref CounterRandom random)
    {
        var theta = new float[ParameterCount];
        var rest = theta.AsSpan();
        _lstm.Gates.Initialise(ref rest, ref random);
        _output.Initialise(ref rest, ref random);
        return theta;
    }

    /// <inheritdoc/>
    protected override void ResetState(ref CounterRandom random)
    {
        Array.Clear(_state.Hidden);
        Array.Clear(_state.Cell);
    }

    /// <inheritdoc/>
    protected override void Advance(ReadOnlySpan<float> input, Span<float> output)
    {
        input.CopyTo(_joined);
        PreviousError.CopyTo(_joined.AsSpan(InputSize));
        PreviousLabel.CopyTo(_joined.AsSpan(InputSize + OutputSize));
        var from = _state;
        for (var tick = 0; tick < _microTicks; tick++)
        {
            _tape?.Before(from.Cell);
            _lstm.Step(_joined, from.Hidden, from.Cell, _next.Hidden, _next.Cell);
            _tape?.After(_lstm, _next.Cell);
            from = _next;
        }
        _output.Apply(_next.Hidden, output);
    }

    /// <inheritdoc/>
    protected override void Keep() => (_state, _next) = (_next, _state);
}
