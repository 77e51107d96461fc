using System.Numerics.Tensors;
using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>
/// Naive Bayes with a normal distribution for every class and input, its mean and variance kept up to date by Welford's method (1962).
/// Outputs are the logarithms of class frequency times density; classes that were not seen yet are at minus infinity.
/// </summary>
public sealed class GaussianNaiveBayes : Baseline
{
    private readonly Moments[] _classes;
    private readonly Moments _all;
    private readonly float _smoothing;
    private readonly float[] _variance;
    private readonly float[] _difference;
    private readonly float[] _quotient;

    /// <summary>Makes a learner that has seen nothing.</summary>
    /// <param name="inputSize">A, the floats of one input.</param>
    /// <param name="outputSize">B, the number of classes.</param>
    /// <param name="smoothing">Added to all variances, as a share of the largest variance that an input has over all examples; above 0.</param>
    public GaussianNaiveBayes(int inputSize, int outputSize, float smoothing = 1e-9f)
        : base(inputSize, outputSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(smoothing);
        _smoothing = smoothing;
        _all = new Moments(inputSize);
        _classes = [.. Enumerable.Range(0, outputSize).Select(_ => new Moments(inputSize))];
        _variance = new float[inputSize];
        _difference = new float[inputSize];
        _quotient = new float[inputSize];
    }

    /// <inheritdoc/>
    public override void Reset(ref CounterRandom random)
    {
        _all.Clear();
        foreach (var moments in _classes) moments.Clear();
    }

    /// <inheritdoc/>
    protected override void Evaluate(ReadOnlySpan<float> input, Span<float> logits)
    {
        var least = _smoothing * _all.LargestVariance();
        // All examples are alike: any variance will do.
        if (!(least > 0f)) least = 1f;
        for (var c = 0; c < OutputSize; c++)
        {
            var moments = _classes[c];
            if (moments.Count == 0)
            {
                logits[c] = float.NegativeInfinity;
                continue;
            }
            moments.Variances(_variance);
            TensorPrimitives.Add(_variance, least, _variance);
            TensorPrimitives.Subtract(input, moments.Mean, _difference);
            TensorPrimitives.Divide(_difference, _variance, _quotient);
            logits[c] = DeterministicMath.Log((float)moments.Count / _all.Count)
                - .5f * (FixedOrder.SumOfLogs(_variance) + FixedOrder.Dot(_difference, _quotient));
        }
    }

    /// <inheritdoc/>
    /// <remarks>Counts for the label's largest class.</remarks>
    protected override float Update(ReadOnlySpan<float> input, ReadOnlySpan<float> label, Span<float> logits)
    {
        Evaluate(input, logits);
        _all.Add(input, _difference, _quotient);
        _classes[new Prediction(label).Class].Add(input, _difference, _quotient);
        return new Prediction(logits).Loss(label);
    }

    /// <summary>Mean and variance of every input over some examples.</summary>
    private sealed class Moments(int size)
    {
        private readonly float[] _mean = new float[size];
        private readonly float[] _squares = new float[size];

        public int Count { get; private set; }

        public ReadOnlySpan<float> Mean => _mean;

        public void Clear()
        {
            Array.Clear(_mean);
            Array.Clear(_squares);
            Count = 0;
        }

        public void Add(ReadOnlySpan<float> input, Span<float> before, Span<float> after)
        {
            TensorPrimitives.Subtract(input, _mean, before);
            TensorPrimitives.MultiplyAdd(before, 1f / ++Count, _mean, _mean);
            TensorPrimitives.Subtract(input, _mean, after);
            TensorPrimitives.MultiplyAdd(before, after, _squares, _squares);
        }

        public void Variances(Span<float> variances) => TensorPrimitives.Multiply(_squares, 1f / Count, variances);

        public float LargestVariance() => Count == 0 ? 0f : TensorPrimitives.Max(_squares) / Count;
    }
}
