using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>
/// Softmax regression, or a network with one hidden layer of tanh units, trained by gradient descent on one example after another:
/// the published SGD and Adam baselines.
/// </summary>
public sealed class GradientDescentLearner : Baseline
{
    private const int Lanes = 8;
    private readonly OnlineDenseLayer? _hidden;
    private readonly OnlineDenseLayer _output;
    private readonly float _outputBound;
    private readonly float[] _activity;
    private readonly float[] _activityGradient;
    private readonly float[] _error;
    private readonly int _hiddenSize;

    /// <summary>Makes a learner; <see cref="Reset"/> begins an episode.</summary>
    /// <param name="inputSize">A, the floats of one input.</param>
    /// <param name="outputSize">B, the number of classes.</param>
    /// <param name="optimizer">SGD or Adam with its learning rate.</param>
    /// <param name="hiddenSize">Hidden units; 0, the default, for softmax regression. The published two-layer baseline has 160.</param>
    /// <param name="outputBound">Bound T of the output tanh(x / T) * T; 0, the default, for none.</param>
    public GradientDescentLearner(int inputSize, int outputSize, OnlineOptimizer optimizer, int hiddenSize = 0, float outputBound = 0f)
        : base(inputSize, outputSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hiddenSize);
        (_hiddenSize, _outputBound) = (hiddenSize, outputBound);
        if (hiddenSize > 0) _hidden = new(inputSize, hiddenSize, optimizer);
        _output = new(hiddenSize > 0 ? hiddenSize : inputSize, outputSize, optimizer);
        // Padded to whole vectors for tanh; the padding stays zero.
        _activity = new float[(hiddenSize + Lanes - 1) / Lanes * Lanes];
        _activityGradient = new float[hiddenSize];
        _error = new float[outputSize];
    }

    internal OnlineDenseLayer Output => _output;

    internal OnlineDenseLayer? Hidden => _hidden;

    /// <summary>Softmax regression starts from zero; with a hidden layer, weights start truncated normal with sigma 1 / sqrt(fan-in).</summary>
    /// <param name="random">Stream for the weights.</param>
    public override void Reset(ref CounterRandom random)
    {
        if (_hidden is null)
        {
            _output.Clear();
            return;
        }
        _hidden.Initialise(ref random);
        _output.Initialise(ref random);
    }

    /// <inheritdoc/>
    protected override void Evaluate(ReadOnlySpan<float> input, Span<float> logits)
    {
        if (_hidden is null) _output.Forward(input, logits);
        else
        {
            var activity = _activity.AsSpan(0, _hiddenSize);
            _hidden.Forward(input, activity);
            ref var first = ref MemoryMarshal.GetArrayDataReference(_activity);
            for (nuint h = 0; h < (nuint)_activity.Length; h += Lanes)
                DeterministicMath.Tanh(Vector256.LoadUnsafe(ref first, h)).StoreUnsafe(ref first, h);
            _output.Forward(activity, logits);
        }
        OutputBound.Apply(logits, _outputBound);
    }

    /// <inheritdoc/>
    protected override float Update(ReadOnlySpan<float> input, ReadOnlySpan<float> label, Span<float> logits)
    {
        Evaluate(input, logits);
        var loss = SoftmaxCrossEntropy.Evaluate(logits, label, 1, _error);
        if (_outputBound > 0)
            for (var b = 0; b < OutputSize; b++)
            {
                var relative = logits[b] / _outputBound;
                _error[b] *= 1f - relative * relative;
            }
        if (_hidden is null)
        {
            _output.Step(input, _error);
            return loss;
        }
        var activity = _activity.AsSpan(0, _hiddenSize);
        _output.Backward(_error, _activityGradient);
        for (var h = 0; h < _hiddenSize; h++) _activityGradient[h] *= 1f - activity[h] * activity[h];
        _output.Step(activity, _error);
        _hidden.Step(input, _activityGradient);
        return loss;
    }
}
