using Vsml.Numerics;

namespace Vsml.Baselines;

/// <summary>
/// What learners to compare with have in common: sizes, memory, and the checks that <see cref="IOnlineLearner"/> asks for. A learner of
/// your own derives from it and says how it predicts and how it learns; it allocates its memory in its constructor.
/// </summary>
public abstract class Baseline : IOnlineLearner
{
    private readonly float[] _logits;
    private readonly float[] _label;

    /// <summary>Takes the sizes.</summary>
    /// <param name="inputSize">A, the floats of one input; at least 1.</param>
    /// <param name="outputSize">B, the number of classes; at least 1.</param>
    protected Baseline(int inputSize, int outputSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputSize, 1);
        (InputSize, OutputSize) = (inputSize, outputSize);
        _logits = new float[outputSize];
        _label = new float[outputSize];
    }

    /// <inheritdoc/>
    public int InputSize { get; }

    /// <inheritdoc/>
    public int OutputSize { get; }

    /// <inheritdoc/>
    public abstract void Reset(ref CounterRandom random);

    /// <inheritdoc/>
    public Prediction Predict(ReadOnlySpan<float> input)
    {
        ExampleCheck.Input(input, InputSize);
        Evaluate(input, _logits);
        return new Prediction(_logits);
    }

    /// <inheritdoc/>
    public LearningStep Learn(ReadOnlySpan<float> input, int label)
    {
        ExampleCheck.Label(label, OutputSize);
        _label.AsSpan().Clear();
        _label[label] = 1f;
        return Step(input, _label);
    }

    /// <inheritdoc/>
    public LearningStep Learn(ReadOnlySpan<float> input, ReadOnlySpan<float> label)
    {
        ExampleCheck.Label(label, OutputSize);
        return Step(input, label);
    }

    /// <summary>Computes the outputs for an input, and changes nothing that was learned.</summary>
    /// <param name="input">The input [A], all finite.</param>
    /// <param name="logits">Receives the outputs [B]; minus infinity for a class that is impossible.</param>
    protected abstract void Evaluate(ReadOnlySpan<float> input, Span<float> logits);

    /// <summary>Computes the outputs as <see cref="Evaluate"/> does, then learns.</summary>
    /// <param name="input">The input [A], all finite.</param>
    /// <param name="label">Weight of each class [B]: finite, none negative, at least one above zero.</param>
    /// <param name="logits">Receives the outputs before the label was seen [B].</param>
    /// <returns>The loss of these outputs.</returns>
    protected abstract float Update(ReadOnlySpan<float> input, ReadOnlySpan<float> label, Span<float> logits);

    private LearningStep Step(ReadOnlySpan<float> input, ReadOnlySpan<float> label)
    {
        ExampleCheck.Input(input, InputSize);
        var loss = Update(input, label, _logits);
        return new LearningStep(new Prediction(_logits), loss);
    }
}
