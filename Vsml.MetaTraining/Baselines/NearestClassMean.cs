using System.Numerics.Tensors;
using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>
/// Predicts the class whose mean over the examples seen so far is nearest. Outputs are minus the squared distances, up to what all
/// classes share; classes that were not seen yet are at minus infinity.
/// </summary>
public sealed class NearestClassMean : Baseline
{
    private readonly float[] _means;
    private readonly float[] _squares;
    private readonly float[] _difference;
    private readonly int[] _counts;

    /// <summary>Makes a learner that has seen nothing.</summary>
    /// <param name="inputSize">A, the floats of one input.</param>
    /// <param name="outputSize">B, the number of classes.</param>
    public NearestClassMean(int inputSize, int outputSize)
        : base(inputSize, outputSize)
    {
        _means = new float[inputSize * outputSize];
        _squares = new float[outputSize];
        _difference = new float[inputSize];
        _counts = new int[outputSize];
    }

    /// <inheritdoc/>
    public override void Reset(ref CounterRandom random)
    {
        Array.Clear(_means);
        Array.Clear(_squares);
        Array.Clear(_counts);
    }

    /// <inheritdoc/>
    protected override void Evaluate(ReadOnlySpan<float> input, Span<float> logits)
    {
        for (var c = 0; c < OutputSize; c++)
            logits[c] = _counts[c] == 0 ? float.NegativeInfinity : 2f * FixedOrder.Dot(input, Mean(c)) - _squares[c];
    }

    /// <inheritdoc/>
    /// <remarks>Moves the mean of the label's largest class.</remarks>
    protected override float Update(ReadOnlySpan<float> input, ReadOnlySpan<float> label, Span<float> logits)
    {
        Evaluate(input, logits);
        var c = new Prediction(label).Class;
        var mean = Mean(c);
        TensorPrimitives.Subtract(input, mean, _difference);
        TensorPrimitives.MultiplyAdd(_difference, 1f / ++_counts[c], mean, mean);
        _squares[c] = FixedOrder.Dot(mean, mean);
        return new Prediction(logits).Loss(label);
    }

    private Span<float> Mean(int label) => _means.AsSpan(label * InputSize, InputSize);
}
