using Vsml.Numerics;

namespace Vsml;

/// <summary>
/// An online learner: a VSML network with fixed meta-parameters that learns from one example after another by running forward.
/// Declared models derive from it; others are made from a compiled model. Belongs to one thread at a time; theta is shared.
/// </summary>
public class Learner : IOnlineLearner
{
    private readonly ulong _seed;
    private EpisodeRunner _runner;
    private float[] _logits;
    private float[] _input;
    private float[] _label;
    private float[] _loss = new float[1];
    private bool _hasInput;

    /// <summary>Makes a learner in its initial state.</summary>
    /// <param name="model">The compiled model.</param>
    /// <param name="theta">Meta-parameters that fit it.</param>
    /// <param name="seed">Seed of the random initial cells.</param>
    /// <exception cref="VsmlException">Theta does not fit.</exception>
    public Learner(VsmlModel model, MetaParameters theta, ulong seed = 0)
        : this(model, model.Pack(theta), seed)
    {
    }

    /// <summary>Makes a learner that shares packed theta with others.</summary>
    /// <param name="model">The compiled model.</param>
    /// <param name="theta">Packed theta of the model.</param>
    /// <param name="seed">Seed of the random initial cells.</param>
    /// <exception cref="VsmlException">Theta does not fit.</exception>
    public Learner(VsmlModel model, PackedTheta theta, ulong seed = 0)
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

    /// <summary>A copy of the cells of a layer, [inputs, outputs, N] or [k, k, channels in, channels out, N].</summary>
    internal float[] Cells(int layer)
    {
        var cells = new float[_runner.CanonicalFloats(layer)];
        _runner.GetCells(layer, cells);
        return cells;
    }

    // Declared models have constants of these names.
    int IOnlineLearner.InputSize => _input.Length;

    int IOnlineLearner.OutputSize => _logits.Length;

    /// <inheritdoc/>
    /// <remarks>A forward sweep that stores nothing.</remarks>
    public Prediction Predict(ReadOnlySpan<float> input)
    {
        ExampleCheck.Input(input, _input.Length);
        _runner.Predict(Theta, input, _logits);
        input.CopyTo(_input);
        _hasInput = true;
        return new Prediction(_logits);
    }

    /// <inheritdoc/>
    /// <remarks>One sweep that stores, then the label is taken in.</remarks>
    public LearningStep Learn(ReadOnlySpan<float> input, int label)
    {
        ExampleCheck.Label(label, _label.Length);
        _label.AsSpan().Clear();
        _label[label] = 1f;
        return Step(input, _label);
    }

    /// <inheritdoc/>
    public LearningStep Learn(ReadOnlySpan<float> input, ReadOnlySpan<float> label)
    {
        ExampleCheck.Label(label, _label.Length);
        return Step(input, label);
    }

    /// <summary>The online step for the input that was last predicted.</summary>
    /// <param name="label">Index of the right class.</param>
    /// <returns>The prediction once more, and its loss; valid until the learner is called again.</returns>
    /// <exception cref="InvalidOperationException">No input was predicted since the last step.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public LearningStep Learn(int label)
    {
        if (!_hasInput) throw new InvalidOperationException("There is no predicted input to learn from. Call Predict(input) first, or Learn(input, label).");
        return Learn(_input, label);
    }

    /// <summary>Forgets everything learned; the initial cells are drawn again from the same seed.</summary>
    public void Reset()
    {
        var random = new CounterRandom(_seed, RandomStream.Cells, 0, 0);
        Reset(ref random);
    }

    /// <inheritdoc/>
    public void Reset(ref CounterRandom random)
    {
        _runner.InitialiseCells(ref random);
        _runner.Start(Theta);
        _hasInput = false;
    }

    /// <summary>Writes the whole state: h and c, waiting backward messages, error and label. The same bytes at every SIMD level; whole or not at all.</summary>
    /// <param name="path">A safetensors file.</param>
    /// <exception cref="VsmlException">The file cannot be written, or the state is not finite.</exception>
    public void Save(string path) => LearnerState.Save(new RunnerStore(_runner, Theta), path);

    /// <summary>Writes what <see cref="Save(string)"/> writes to a stream, from where it stands.</summary>
    /// <param name="stream">A stream that can be written.</param>
    /// <exception cref="VsmlException">The state is not finite.</exception>
    public void Save(Stream stream) => LearnerState.Save(new RunnerStore(_runner, Theta), stream);

    /// <summary>Takes over a saved state; on any error the learner stays as it was.</summary>
    /// <param name="path">A file that <see cref="Save(string)"/> wrote.</param>
    /// <exception cref="VsmlException">The file is damaged, or belongs to another architecture or theta.</exception>
    public void Load(string path)
    {
        LearnerState.Load(new RunnerStore(_runner, Theta), path);
        _hasInput = false;
    }

    /// <summary>Takes over a saved state from a stream, which stands behind it afterwards; on any error the learner stays as it was.</summary>
    /// <param name="stream">A stream that stands where <see cref="Save(Stream)"/> began.</param>
    /// <exception cref="VsmlException">The state is damaged, or belongs to another architecture or theta.</exception>
    public void Load(Stream stream)
    {
        LearnerState.Load(new RunnerStore(_runner, Theta), stream);
        _hasInput = false;
    }

    /// <summary>An independent copy, of the same class; see <see cref="LearnerFork.Fork"/>.</summary>
    internal Learner Copy()
    {
        var copy = (Learner)MemberwiseClone();
        copy._runner = new EpisodeRunner(_runner.Model, Theta.Level);
        copy._runner.CopyFrom(_runner);
        copy._logits = [.. _logits];
        copy._input = [.. _input];
        copy._label = [.. _label];
        copy._loss = [.. _loss];
        return copy;
    }

    private LearningStep Step(ReadOnlySpan<float> input, ReadOnlySpan<float> label)
    {
        ExampleCheck.Input(input, _input.Length);
        _runner.Step(Theta, input, label, _logits, _loss);
        _hasInput = false;
        return new LearningStep(new Prediction(_logits), _loss[0]);
    }
}
