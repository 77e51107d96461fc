using System.Numerics.Tensors;
using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>
/// Predicts the class whose mean over the examples seen so far is nearest. Outputs are minus the squared distances, up to what all
/// classes share; classes that were not seen yet are at minus infinity.
/// </summary>
public sealed class NearestClassMean : IOnlineLearner
{
    private readonly float[] _means;
    private readonly float[] _squares;
    private readonly float[] _difference;
    private readonly int[] _counts;

    /// <summary>Makes a learner that has seen nothing.</summary>
    /// <param name="inputSize">A, the floats of one input.</param>
    /// <param name="outputSize">B, the number of classes.</param>
    public NearestClassMean(int inputSize, int outputSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputSize, 1);
        (InputSize, OutputSize) = (inputSize, outputSize);
        _means = new float[inputSize * outputSize];
        _squares = new float[outputSize];
        _difference = new float[inputSize];
        _counts = new int[outputSize];
    }

    /// <inheritdoc/>
    public int InputSize { get; }

    /// <inheritdoc/>
    public int OutputSize { get; }

    /// <inheritdoc/>
    public void Reset(ref CounterRandom random)
    {
        Array.Clear(_means);
        Array.Clear(_squares);
        Array.Clear(_counts);
    }

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<float> input, Span<float> logits)
    {
        for (var c = 0; c < OutputSize; c++)
            logits[c] = _counts[c] == 0 ? float.NegativeInfinity : 2f * FixedOrder.Dot(input, Mean(c)) - _squares[c];
    }

    /// <summary>Predicts, then moves the mean of the label's largest class.</summary>
    /// <param name="input">The input [A].</param>
    /// <param name="label">The label [B].</param>
    /// <param name="logits">Receives the outputs before the label was seen [B].</param>
    public void Learn(ReadOnlySpan<float> input, ReadOnlySpan<float> label, Span<float> logits)
    {
        Predict(input, logits);
        var c = Prediction.Of(label);
        var mean = Mean(c);
        TensorPrimitives.Subtract(input, mean, _difference);
        TensorPrimitives.MultiplyAdd(_difference, 1f / ++_counts[c], mean, mean);
        _squares[c] = FixedOrder.Dot(mean, mean);
    }

    private Span<float> Mean(int label) => _means.AsSpan(label * InputSize, InputSize);
}
