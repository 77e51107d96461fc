using System.Numerics.Tensors;
using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>
/// The multi-class passive-aggressive algorithm PA-I (Crammer et al., 2006, section 7): a linear map that changes as little as it must
/// for the right class to lead by 1, and never by more than C an example. Outputs are the scores.
/// </summary>
public sealed class PassiveAggressive : Baseline
{
    private readonly float[] _weights;
    private readonly float[] _biases;
    private readonly float _aggressiveness;

    /// <summary>Makes a learner with all weights 0.</summary>
    /// <param name="inputSize">A, the floats of one input.</param>
    /// <param name="outputSize">B, the number of classes.</param>
    /// <param name="aggressiveness">C, the longest step; above 0.</param>
    public PassiveAggressive(int inputSize, int outputSize, float aggressiveness = 1f)
        : base(inputSize, outputSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(aggressiveness);
        _aggressiveness = aggressiveness;
        _weights = new float[inputSize * outputSize];
        _biases = new float[outputSize];
    }

    /// <inheritdoc/>
    public override void Reset(ref CounterRandom random)
    {
        Array.Clear(_weights);
        Array.Clear(_biases);
    }

    /// <inheritdoc/>
    protected override void Evaluate(ReadOnlySpan<float> input, Span<float> logits)
    {
        for (var c = 0; c < OutputSize; c++) logits[c] = FixedOrder.Dot(input, Weights(c)) + _biases[c];
    }

    /// <inheritdoc/>
    /// <remarks>Learns the label's largest class.</remarks>
    protected override float Update(ReadOnlySpan<float> input, ReadOnlySpan<float> label, Span<float> logits)
    {
        Evaluate(input, logits);
        var right = new Prediction(label).Class;
        var rival = -1;
        for (var c = 0; c < OutputSize; c++)
            if (c != right && (rival < 0 || logits[c] > logits[rival])) rival = c;
        if (rival >= 0)
        {
            var shortfall = 1f - (logits[right] - logits[rival]);
            // The bias is the weight of an input that is always 1.
            if (shortfall > 0f) Step(input, right, rival, MathF.Min(_aggressiveness, shortfall / (2f * (FixedOrder.Dot(input, input) + 1f))));
        }
        return new Prediction(logits).Loss(label);
    }

    private void Step(ReadOnlySpan<float> input, int right, int rival, float length)
    {
        TensorPrimitives.MultiplyAdd(input, length, Weights(right), Weights(right));
        TensorPrimitives.MultiplyAdd(input, -length, Weights(rival), Weights(rival));
        _biases[right] += length;
        _biases[rival] -= length;
    }

    private Span<float> Weights(int label) => _weights.AsSpan(label * InputSize, InputSize);
}
