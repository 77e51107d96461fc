using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>
/// A learner with fixed parameters whose state learns: each example's error, label and output go into the next one, and the output
/// is bounded as tanh(x / T) * T.
/// </summary>
public abstract class FeedbackLearner : IOnlineLearner
{
    private readonly float[] _error;
    private readonly float[] _label;
    private readonly float[] _output;
    private readonly float _outputBound;

    private protected FeedbackLearner(int inputSize, int outputSize, float outputBound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputSize, 1);
        (InputSize, OutputSize, _outputBound) = (inputSize, outputSize, outputBound);
        _error = new float[outputSize];
        _label = new float[outputSize];
        _output = new float[outputSize];
    }

    /// <inheritdoc/>
    public int InputSize { get; }

    /// <inheritdoc/>
    public int OutputSize { get; }

    private protected ReadOnlySpan<float> PreviousError => _error;

    private protected ReadOnlySpan<float> PreviousLabel => _label;

    private protected ReadOnlySpan<float> PreviousOutput => _output;

    /// <inheritdoc/>
    public void Reset(ref CounterRandom random)
    {
        Array.Clear(_error);
        Array.Clear(_label);
        Array.Clear(_output);
        ResetState(ref random);
    }

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<float> input, Span<float> logits)
    {
        Advance(input, logits);
        OutputBound.Apply(logits, _outputBound);
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<float> input, ReadOnlySpan<float> label, Span<float> logits)
    {
        Predict(input, logits);
        Keep();
        SoftmaxCrossEntropy.Evaluate(logits, label, 1, _error);
        label.CopyTo(_label);
        logits.CopyTo(_output);
    }

    /// <summary>Sets the state to its beginning.</summary>
    private protected abstract void ResetState(ref CounterRandom random);

    /// <summary>Computes the output, before the bound, and the next state beside the present one.</summary>
    private protected abstract void Advance(ReadOnlySpan<float> input, Span<float> output);

    /// <summary>Makes the next state the present one.</summary>
    private protected abstract void Keep();

    private protected static void CheckParameters(string learner, int given, int needed)
    {
        if (given != needed) throw new VsmlException($"{learner} has {needed} parameters, but {given} are given");
    }
}
