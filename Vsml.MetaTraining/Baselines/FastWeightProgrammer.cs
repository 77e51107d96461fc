using System.Numerics.Tensors;
using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>
/// Fast weight programmer with the delta rule (Schlag, Irie, Schmidhuber, 2021): a linear slow net of [input, previous output,
/// previous error, previous label] makes a key, a value, a query and a rate; F &lt;- F + k^T (rate (v - k F)); the output is q F.
/// With keys longer than sqrt(2 / rate) F grows without end, so they can be divided by their norm, and queries too.
/// Parameters in order: slow weights [A + 3B, 2S + B + 1] and biases.
/// </summary>
public sealed class FastWeightProgrammer : FeedbackLearner, IParametricLearner
{
    // Standard deviation of a normal variable cut at 2 sigma: fast weights start with variance 1 / S.
    private const float TruncatedDeviation = .87962566103423978f;

    private readonly LinearMap _slow;
    private readonly int _size;
    private readonly bool _unitKeys;
    private readonly float[] _joined;
    private readonly float[] _made;
    private readonly float[] _change;
    private float[] _fast;
    private float[] _next;

    /// <summary>Makes a learner.</summary>
    /// <param name="inputSize">A, the floats of one input.</param>
    /// <param name="outputSize">B, the number of classes.</param>
    /// <param name="theta">The parameters, or empty for zeros.</param>
    /// <param name="size">S, the length of keys and queries; published 64.</param>
    /// <param name="outputBound">Bound T of the output; 0 for none.</param>
    /// <param name="unitKeys">Whether keys and queries are divided by their norm.</param>
    /// <exception cref="VsmlException">The number of parameters is wrong.</exception>
    public FastWeightProgrammer(int inputSize, int outputSize, ReadOnlySpan<float> theta, int size = 64, float outputBound = 100f, bool unitKeys = false)
        : base(inputSize, outputSize, outputBound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        (_size, _unitKeys) = (size, unitKeys);
        _joined = new float[inputSize + 3 * outputSize];
        _made = new float[2 * size + outputSize + 1];
        _change = new float[outputSize];
        _slow = new(_joined.Length, _made.Length);
        _fast = new float[size * outputSize];
        _next = new float[size * outputSize];
        if (!theta.IsEmpty) SetParameters(theta);
    }

    /// <inheritdoc/>
    public int ParameterCount => _slow.ParameterCount;

    /// <inheritdoc/>
    public int StateSize => FeedbackSize + _fast.Length;

    /// <inheritdoc/>
    public void SetParameters(ReadOnlySpan<float> parameters)
    {
        CheckParameters("a fast weight programmer of these sizes", parameters.Length, ParameterCount);
        _slow.Load(ref parameters);
    }

    /// <inheritdoc/>
    public void SaveState(Span<float> state) => SaveFeedback(state, _fast);

    /// <inheritdoc/>
    public void LoadState(ReadOnlySpan<float> state) => LoadFeedback(state, _fast);

    internal Span<float> FastWeights => _fast;

    /// <summary>Initial parameters: weights truncated normal with sigma 1 / sqrt(fan-in), biases 0.</summary>
    /// <param name="random">Stream to draw from.</param>
    public float[] InitialParameters(ref CounterRandom random)
    {
        var theta = new float[ParameterCount];
        var rest = theta.AsSpan();
        _slow.Initialise(ref rest, ref random);
        return theta;
    }

    /// <inheritdoc/>
    protected override void ResetState(ref CounterRandom random)
    {
        random.FillTruncatedNormal(_fast);
        TensorPrimitives.Multiply(_fast, 1f / (MathF.Sqrt(_size) * TruncatedDeviation), _fast);
    }

    /// <inheritdoc/>
    protected override void Advance(ReadOnlySpan<float> input, Span<float> output)
    {
        input.CopyTo(_joined);
        PreviousOutput.CopyTo(_joined.AsSpan(InputSize));
        PreviousError.CopyTo(_joined.AsSpan(InputSize + OutputSize));
        PreviousLabel.CopyTo(_joined.AsSpan(InputSize + 2 * OutputSize));
        _slow.Apply(_joined, _made);
        var key = _made.AsSpan(0, _size);
        var value = _made.AsSpan(_size, OutputSize);
        var query = _made.AsSpan(_size + OutputSize, _size);
        var rate = Activation.Sigmoid(_made[^1]);
        if (_unitKeys)
        {
            Normalise(key);
            Normalise(query);
        }

        LinearMap.Products(key, _fast, _change);
        TensorPrimitives.Subtract(value, _change, _change);
        TensorPrimitives.Multiply(_change, rate, _change);
        for (var s = 0; s < _size; s++)
            TensorPrimitives.MultiplyAdd(_change, key[s], _fast.AsSpan(s * OutputSize, OutputSize), _next.AsSpan(s * OutputSize, OutputSize));
        LinearMap.Products(query, _next, output);
    }

    private static void Normalise(Span<float> vector) => TensorPrimitives.Divide(vector, MathF.Sqrt(FixedOrder.Dot(vector, vector)) + 1e-6f, vector);

    /// <inheritdoc/>
    protected override void Keep() => (_fast, _next) = (_next, _fast);
}
