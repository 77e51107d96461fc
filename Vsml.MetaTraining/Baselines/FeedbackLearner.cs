using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>
/// A learner with fixed parameters whose state learns: each example's error, label and output go into the next one, and the output
/// is bounded as tanh(x / T) * T. A class that derives from it keeps two states: the present one, and the next one that
/// <see cref="Advance"/> computes beside it, for a mere prediction too; <see cref="Keep"/> takes the next one over.
/// </summary>
public abstract class FeedbackLearner : Baseline
{
    private readonly float[] _error;
    private readonly float[] _label;
    private readonly float[] _output;
    private readonly float _outputBound;

    /// <summary>Takes the sizes.</summary>
    /// <param name="inputSize">A, the floats of one input; at least 1.</param>
    /// <param name="outputSize">B, the number of classes; at least 1.</param>
    /// <param name="outputBound">Bound T of the output; 0 for none.</param>
    protected FeedbackLearner(int inputSize, int outputSize, float outputBound)
        : base(inputSize, outputSize)
    {
        _outputBound = outputBound;
        _error = new float[outputSize];
        _label = new float[outputSize];
        _output = new float[outputSize];
    }

    /// <summary>The error of the example before, softmax(output) * sum(label) - label [B]; zeros at first.</summary>
    protected ReadOnlySpan<float> PreviousError => _error;

    /// <summary>The label of the example before [B]; zeros at first.</summary>
    protected ReadOnlySpan<float> PreviousLabel => _label;

    /// <summary>The bounded output for the example before [B]; zeros at first.</summary>
    protected ReadOnlySpan<float> PreviousOutput => _output;

    /// <inheritdoc/>
    public sealed override void Reset(ref CounterRandom random)
    {
        Array.Clear(_error);
        Array.Clear(_label);
        Array.Clear(_output);
        ResetState(ref random);
    }

    /// <inheritdoc/>
    protected sealed override void Evaluate(ReadOnlySpan<float> input, Span<float> logits)
    {
        Advance(input, logits);
        OutputBound.Apply(logits, _outputBound);
    }

    /// <inheritdoc/>
    protected sealed override float Update(ReadOnlySpan<float> input, ReadOnlySpan<float> label, Span<float> logits)
    {
        Evaluate(input, logits);
        Keep();
        var loss = SoftmaxCrossEntropy.Evaluate(logits, label, 1, _error);
        label.CopyTo(_label);
        logits.CopyTo(_output);
        return loss;
    }

    /// <summary>Sets the present state to that before an episode; error, label and output are zeros already.</summary>
    /// <param name="random">Stream for what starts at random.</param>
    protected abstract void ResetState(ref CounterRandom random);

    /// <summary>
    /// Computes the output, and the next state beside the present one, from the input, the present state and what is known of the
    /// example before. Changes neither the present state nor anything else that a later call reads.
    /// </summary>
    /// <param name="input">The input [A], all finite.</param>
    /// <param name="output">Receives the output before the bound [B].</param>
    protected abstract void Advance(ReadOnlySpan<float> input, Span<float> output);

    /// <summary>Makes the next state, from the last call of <see cref="Advance"/>, the present one.</summary>
    protected abstract void Keep();

    /// <summary>Bound T of the output; 0 for none.</summary>
    private protected float OutputLimit => _outputBound;

    /// <summary>Floats of what is known of the example before.</summary>
    private protected int FeedbackSize => 3 * OutputSize;

    /// <summary>Writes what is known of the example before, and then arrays.</summary>
    private protected void SaveFeedback(Span<float> state, params ReadOnlySpan<float[]> arrays)
    {
        FlatState.Save(state, _error, _label, _output);
        FlatState.Save(state[FeedbackSize..], arrays);
    }

    /// <summary>Takes back what <see cref="SaveFeedback"/> wrote.</summary>
    private protected void LoadFeedback(ReadOnlySpan<float> state, params ReadOnlySpan<float[]> arrays)
    {
        FlatState.Load(state, _error, _label, _output);
        FlatState.Load(state[FeedbackSize..], arrays);
    }

    /// <summary>Refuses a wrong number of parameters.</summary>
    /// <param name="learner">The learner in words, for the error.</param>
    /// <param name="given">How many are given.</param>
    /// <param name="needed">How many it has.</param>
    /// <exception cref="VsmlException">The numbers differ.</exception>
    protected static void CheckParameters(string learner, int given, int needed)
    {
        if (given != needed) throw new VsmlException($"{learner} has {needed} parameters, but {given} are given");
    }
}
