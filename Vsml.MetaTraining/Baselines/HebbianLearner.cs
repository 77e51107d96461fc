using System.Numerics.Tensors;
using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>
/// Slow weights with Hebbian fast weights beside them (Miconi, Stanley, Clune, 2018): output = x (W + coeff * F) + b, and after each
/// example F &lt;- (1 - r) F + r x y, or by Oja's rule F + r y (x - y F), with y = softmax(output) and r = sigmoid of a parameter. An example is
/// evaluated twice: [input, 0, 0] predicts, [input, error, label] changes F.
/// Parameters in order: W [A + 2B, B], coeff [A + 2B, B], rate, b [B].
/// </summary>
public sealed class HebbianLearner : Baseline, IParametricLearner
{
    private const float InitialCoefficient = .01f;
    private const float InitialRate = -4.5f;

    private readonly float[] _weights;
    private readonly float[] _coefficients;
    private readonly float[] _biases;
    private float _rate;
    private readonly float[] _fast;
    private readonly float[] _effective;
    private readonly float[] _joined;
    private readonly float[] _activity;
    private readonly float[] _error;
    private readonly float[] _row;
    private readonly bool _oja;
    private readonly float _outputBound;

    /// <summary>Makes a learner.</summary>
    /// <param name="inputSize">A, the floats of one input.</param>
    /// <param name="outputSize">B, the number of classes.</param>
    /// <param name="theta">The parameters, or empty for zeros.</param>
    /// <param name="oja">Whether fast weights follow Oja's rule.</param>
    /// <param name="outputBound">Bound T of the output; 0 for none.</param>
    /// <exception cref="VsmlException">The number of parameters is wrong.</exception>
    public HebbianLearner(int inputSize, int outputSize, ReadOnlySpan<float> theta, bool oja = false, float outputBound = 100f)
        : base(inputSize, outputSize)
    {
        (_oja, _outputBound) = (oja, outputBound);
        _joined = new float[inputSize + 2 * outputSize];
        var count = _joined.Length * outputSize;
        _weights = new float[count];
        _coefficients = new float[count];
        _fast = new float[count];
        _effective = new float[count];
        _biases = new float[outputSize];
        _activity = new float[outputSize];
        _error = new float[outputSize];
        _row = new float[outputSize];
        _rate = .5f;
        if (!theta.IsEmpty) SetParameters(theta);
    }

    /// <inheritdoc/>
    public int ParameterCount => 2 * _weights.Length + 1 + OutputSize;

    /// <inheritdoc/>
    public int StateSize => _fast.Length;

    /// <inheritdoc/>
    public void SetParameters(ReadOnlySpan<float> parameters)
    {
        if (parameters.Length != ParameterCount) throw new VsmlException($"a Hebbian learner of these sizes has {ParameterCount} parameters, but {parameters.Length} are given");
        var count = _weights.Length;
        parameters[..count].CopyTo(_weights);
        parameters.Slice(count, count).CopyTo(_coefficients);
        _rate = Activation.Sigmoid(parameters[2 * count]);
        parameters[(2 * count + 1)..].CopyTo(_biases);
    }

    /// <inheritdoc/>
    public void SaveState(Span<float> state) => FlatState.Save(state, _fast);

    /// <inheritdoc/>
    public void LoadState(ReadOnlySpan<float> state) => FlatState.Load(state, _fast);

    /// <summary>Initial parameters: W truncated normal with sigma 1 / sqrt(fan-in), coeff .01, rate -4.5, b 0.</summary>
    /// <param name="random">Stream to draw from.</param>
    public float[] InitialParameters(ref CounterRandom random)
    {
        var theta = new float[ParameterCount];
        var weights = theta.AsSpan(0, _weights.Length);
        random.FillTruncatedNormal(weights);
        TensorPrimitives.Multiply(weights, 1f / MathF.Sqrt(_joined.Length), weights);
        theta.AsSpan(_weights.Length, _weights.Length).Fill(InitialCoefficient);
        theta[2 * _weights.Length] = InitialRate;
        return theta;
    }

    /// <inheritdoc/>
    public override void Reset(ref CounterRandom random) => Array.Clear(_fast);

    /// <inheritdoc/>
    protected override void Evaluate(ReadOnlySpan<float> input, Span<float> logits)
    {
        _joined.AsSpan(InputSize).Clear();
        Sum(input, logits);
        OutputBound.Apply(logits, _outputBound);
    }

    /// <inheritdoc/>
    protected override float Update(ReadOnlySpan<float> input, ReadOnlySpan<float> label, Span<float> logits)
    {
        Evaluate(input, logits);
        var loss = SoftmaxCrossEntropy.Evaluate(logits, label, 1, _error);
        _error.CopyTo(_joined.AsSpan(InputSize));
        label.CopyTo(_joined.AsSpan(InputSize + OutputSize));
        Sum(input, _activity);
        SoftmaxCrossEntropy.Probabilities(_activity, _activity);
        for (var i = 0; i < _joined.Length; i++)
        {
            var fast = _fast.AsSpan(i * OutputSize, OutputSize);
            if (_oja)
            {
                TensorPrimitives.Multiply(_activity, fast, _row);
                TensorPrimitives.Subtract(_joined[i], _row, _row);
                TensorPrimitives.Multiply(_row, _activity, _row);
                TensorPrimitives.MultiplyAdd(_row, _rate, fast, fast);
            }
            else
            {
                TensorPrimitives.Multiply(fast, 1f - _rate, fast);
                TensorPrimitives.MultiplyAdd(_activity, _rate * _joined[i], fast, fast);
            }
        }
        return loss;
    }

    private void Sum(ReadOnlySpan<float> input, Span<float> output)
    {
        input.CopyTo(_joined);
        TensorPrimitives.MultiplyAdd(_coefficients, _fast, _weights, _effective);
        LinearMap.Products(_joined, _effective, output);
        TensorPrimitives.Add(output, _biases, output);
    }
}
