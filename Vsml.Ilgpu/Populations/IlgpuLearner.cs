using Vsml.Numerics;

namespace Vsml.Ilgpu;

/// <summary>
/// A network that learns online on a device, one example a launch: as <see cref="Learner"/>, but for rounding. It pays for large
/// networks; a small one is faster in compiled kernels. Learners of one device may be used by one thread at a time.
/// </summary>
public sealed class IlgpuLearner : IOnlineLearner, IDisposable
{
    private readonly DeviceNetwork _network;
    private readonly DeviceStore _store;
    private readonly EpisodeBuffers _buffers;
    private readonly IlgpuModel _model;
    private readonly float[] _theta, _logits, _label, _loss = new float[1];
    private readonly float[] _state;

    /// <summary>Makes a learner, which begins with initial cells of a seed.</summary>
    /// <param name="model">The model.</param>
    /// <param name="device">The device, which must live as long.</param>
    /// <param name="theta">Flat meta-parameters.</param>
    /// <param name="seed">Seed of the initial cells.</param>
    /// <exception cref="VsmlException">Theta does not fit, the kernels cannot be compiled for the device, or it has too little memory.</exception>
    public IlgpuLearner(IlgpuModel model, IlgpuDevice device, ReadOnlySpan<float> theta, ulong seed = 0)
    {
        if (theta.Length != model.Model.Parameters.Count)
            throw new VsmlException($"theta has {theta.Length} values, but this architecture has {model.Model.Parameters.Count} meta-parameters.");
        device.Accelerator.Bind();
        (_model, _theta) = (model, theta.ToArray());
        _network = new DeviceNetwork(model, device);
        _buffers = new EpisodeBuffers(_network, new EpisodeSizes(Episodes: 1, Members: 1, Data: 1, Length: 1));
        _buffers.SetTheta(theta);
        _store = new DeviceStore(model, _buffers, ThetaDigest.Of(theta));
        _logits = new float[model.Architecture.OutputSize];
        _label = new float[model.Architecture.OutputSize];
        _state = new float[4 * _network.Shape.StateQuads];
        var random = new CounterRandom(seed, RandomStream.Cells, 0, 0);
        Reset(ref random);
    }

    /// <inheritdoc/>
    public int InputSize => _model.Architecture.InputSize;

    /// <inheritdoc/>
    public int OutputSize => _model.Architecture.OutputSize;

    /// <inheritdoc/>
    public void Reset(ref CounterRandom random)
    {
        var image = new StateImage(_network.Shape, _model.Architecture, batch: 1);
        image.Begin(_model.Model, _theta, ref random);
        _network.Device.Accelerator.Bind();
        _buffers.SetStates(0, image.Floats);
    }

    /// <inheritdoc/>
    public Prediction Predict(ReadOnlySpan<float> input)
    {
        // The kernel learns as well: what it did to the state is taken back.
        _buffers.GetStates(0, _state);
        _label.AsSpan().Clear();
        Step(input, _label);
        _buffers.SetStates(0, _state);
        return new Prediction(_logits);
    }

    /// <inheritdoc/>
    public LearningStep Learn(ReadOnlySpan<float> input, int label)
    {
        ExampleCheck.Label(label, _label.Length);
        _label.AsSpan().Clear();
        _label[label] = 1f;
        Step(input, _label);
        return new LearningStep(new Prediction(_logits), _loss[0]);
    }

    /// <inheritdoc/>
    public LearningStep Learn(ReadOnlySpan<float> input, ReadOnlySpan<float> label)
    {
        ExampleCheck.Label(label, _label.Length);
        Step(input, label);
        return new LearningStep(new Prediction(_logits), _loss[0]);
    }

    /// <summary>Writes the whole state, in the format of <see cref="Learner.Save(string)"/>: either can go on from it; whole or not at all.</summary>
    /// <param name="path">A safetensors file.</param>
    /// <exception cref="VsmlException">The file cannot be written, or the state is not finite.</exception>
    public void Save(string path) => LearnerState.Save(Bound(), path);

    /// <summary>Writes what <see cref="Save(string)"/> writes to a stream, from where it stands.</summary>
    /// <param name="stream">A stream that can be written.</param>
    /// <exception cref="VsmlException">The state is not finite.</exception>
    public void Save(Stream stream) => LearnerState.Save(Bound(), stream);

    /// <summary>Takes over a saved state, also that of a <see cref="Learner"/>; on any error the learner stays as it was. h is rounded where it is stored as float16.</summary>
    /// <param name="path">A file that <see cref="Save(string)"/> wrote.</param>
    /// <exception cref="VsmlException">The file is damaged, or belongs to another architecture or theta.</exception>
    public void Load(string path) => LearnerState.Load(Bound(), path);

    /// <summary>Takes over a saved state from a stream, which stands behind it afterwards; on any error the learner stays as it was.</summary>
    /// <param name="stream">A stream that stands where <see cref="Save(Stream)"/> began.</param>
    /// <exception cref="VsmlException">The state is damaged, or belongs to another architecture or theta.</exception>
    public void Load(Stream stream) => LearnerState.Load(Bound(), stream);

    /// <summary>An independent copy on the same device that has learned the same, bit for bit; to be disposed of like any other.</summary>
    /// <exception cref="VsmlException">The device has too little memory.</exception>
    public IlgpuLearner Fork()
    {
        var copy = new IlgpuLearner(_model, _network.Device, _theta);
        _buffers.GetStates(0, _state);
        copy._buffers.SetStates(0, _state);
        return copy;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffers.Dispose();
        _network.Dispose();
    }

    private DeviceStore Bound()
    {
        _network.Device.Accelerator.Bind();
        return _store;
    }

    private void Step(ReadOnlySpan<float> input, ReadOnlySpan<float> label)
    {
        ExampleCheck.Input(input, InputSize);
        _network.Device.Accelerator.Bind();
        _buffers.SetData(input, label);
        _buffers.Run(0, 1);
        _buffers.GetResults(_logits, _loss);
    }
}
