using Vsml.Numerics;

namespace Vsml;

/// <summary>
/// An online learner: a VSML network with fixed meta-parameters that learns from one example after another by running forward.
/// Declared models derive from it. Belongs to one thread at a time; theta is shared.
/// </summary>
public abstract class Learner
{
    private readonly EpisodeRunner _runner;
    private readonly ulong _seed;
    private readonly float[] _logits;
    private readonly float[] _label;
    private readonly float[] _loss = new float[1];
    private readonly float[] _input;
    private bool _hasInput;

    /// <summary>Makes a learner in its initial state.</summary>
    /// <param name="model">The compiled model.</param>
    /// <param name="theta">Meta-parameters that fit it.</param>
    /// <param name="seed">Seed of the random initial cells.</param>
    /// <exception cref="VsmlException">Theta does not fit.</exception>
    protected Learner(VsmlModel model, MetaParameters theta, ulong seed)
        : this(model, model.Pack(theta), seed)
    {
    }

    /// <summary>Makes a learner that shares packed theta with others.</summary>
    /// <param name="model">The compiled model.</param>
    /// <param name="theta">Packed theta of the model.</param>
    /// <param name="seed">Seed of the random initial cells.</param>
    protected Learner(VsmlModel model, PackedTheta theta, ulong seed)
    {
        Theta = theta;
        _seed = seed;
        _runner = new EpisodeRunner(model, theta.Level);
        _logits = new float[model.Architecture.OutputSize];
        _label = new float[model.Architecture.OutputSize];
        _input = new float[model.Architecture.InputSize];
        Reset();
    }

    /// <summary>What was declared.</summary>
    public Architecture Architecture => _runner.Model.Architecture;

    /// <summary>Theta as the kernels use it; give it to further learners of the same meta-parameters.</summary>
    public PackedTheta Theta { get; }

    /// <summary>A forward sweep that stores nothing: the output for an input.</summary>
    /// <param name="input">The input floats.</param>
    /// <returns>The bounded outputs (logits), valid until the next call.</returns>
    public ReadOnlySpan<float> Predict(ReadOnlySpan<float> input)
    {
        _runner.Predict(Theta, input, _logits);
        input.CopyTo(_input);
        _hasInput = true;
        return _logits;
    }

    /// <summary>The online step: one sweep that stores, then the label is taken in.</summary>
    /// <param name="input">The input floats.</param>
    /// <param name="label">Index of the right class.</param>
    /// <returns>The bounded outputs given before the label was seen, valid until the next call.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The label is not a class of this network.</exception>
    public ReadOnlySpan<float> Learn(ReadOnlySpan<float> input, int label)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(label);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(label, _label.Length);
        _label.AsSpan().Clear();
        _label[label] = 1f;
        return Learn(input, _label);
    }

    /// <summary>The online step with a soft label.</summary>
    /// <param name="input">The input floats.</param>
    /// <param name="label">Weight of each class.</param>
    /// <returns>The bounded outputs given before the label was seen, valid until the next call.</returns>
    public ReadOnlySpan<float> Learn(ReadOnlySpan<float> input, ReadOnlySpan<float> label)
    {
        _runner.Step(Theta, input, label, _logits, _loss);
        _hasInput = false;
        return _logits;
    }

    /// <summary>The online step for the input that was last predicted.</summary>
    /// <param name="label">Index of the right class.</param>
    /// <returns>The bounded outputs given before the label was seen, valid until the next call.</returns>
    /// <exception cref="InvalidOperationException">No input was predicted since the last step.</exception>
    public ReadOnlySpan<float> Learn(int label)
    {
        if (!_hasInput) throw new InvalidOperationException("There is no predicted input to learn from. Call Predict(input) first, or Learn(input, label).");
        return Learn(_input, label);
    }

    /// <summary>Forgets everything learned; the initial cells are drawn again from the same seed.</summary>
    public void Reset()
    {
        var random = new CounterRandom(_seed, RandomStream.Cells, 0, 0);
        _runner.InitialiseCells(ref random);
        _runner.Start(Theta);
        _hasInput = false;
    }

    /// <summary>Writes the whole state: h and c, waiting backward messages, error and label. The same file at every SIMD level; atomic.</summary>
    /// <param name="path">A safetensors file.</param>
    public void Save(string path) => LearnerState.Save(_runner, path);

    /// <summary>Takes over a saved state; on any error the learner stays as it was.</summary>
    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <exception cref="VsmlException">The file is damaged or belongs to another architecture.</exception>
    public void Load(string path)
    {
        LearnerState.Load(_runner, path);
        _hasInput = false;
    }
}
