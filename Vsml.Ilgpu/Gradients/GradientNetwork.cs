using System.Numerics.Tensors;
using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Ilgpu;

/// <summary>A network on a device, and the memory in which its windows run forward and backward.</summary>
/// <param name="model">The model.</param>
/// <param name="device">The device.</param>
internal sealed class GradientNetwork(IlgpuModel model, IlgpuDevice device) : IDisposable
{
    private readonly DeviceNetwork _network = new(model, device);
    private (GradientSizes Sizes, DeviceGradient Gradient)? _gradient;

    /// <summary>Windows that run side by side.</summary>
    public int SideBySide => Memory.Episodes;

    /// <summary>Memory that their states take.</summary>
    public TapeMemory Memory { get; private set; } = new(0, 0, 0, 0);

    private Architecture Architecture => _network.Model.Architecture;

    private int StateFloats => checked(4 * _network.Shape.StateQuads);

    /// <summary>Compiles the kernels.</summary>
    /// <exception cref="VsmlException">They cannot be compiled, or the model has none.</exception>
    public void Prepare() => _network.PrepareGradient();

    /// <summary>Decides how many windows run side by side, and how many examples of them are kept: as many windows as fit, by halves.</summary>
    /// <param name="count">Episodes of a meta-iteration.</param>
    /// <param name="longest">Examples of the longest window.</param>
    /// <param name="memoryBytes">Bytes that the states of all windows at once may take.</param>
    /// <exception cref="VsmlException">Not even one fits.</exception>
    public void Plan(int count, int longest, long memoryBytes)
    {
        var state = (long)sizeof(float) * StateFloats;
        for (var episodes = count; ; episodes = (episodes + 1) / 2)
        {
            if (EpisodeGradient.FindTape(longest, _network.Shape.Sweeps * state, state, memoryBytes / episodes, out var least) is { } tape)
            {
                Memory = new TapeMemory(longest, tape.TapeExamples, tape.Bytes, episodes);
                return;
            }
            if (episodes == 1) throw EpisodeGradient.TooLittle(longest, memoryBytes, least);
        }
    }

    /// <summary>Runs windows that begin at the same place.</summary>
    /// <param name="request">The meta-iteration.</param>
    /// <param name="indices">The episodes.</param>
    /// <param name="outcomes">Receives what they gave.</param>
    /// <param name="parallel">Threads that draw episodes.</param>
    public void Run(GradientRequest request, int[] indices, WindowOutcome[] outcomes, ParallelOptions parallel)
    {
        var theta = request.Theta;
        var (windows, states) = (new EpisodeWindow[indices.Length], new float[indices.Length][]);
        Parallel.For(0, indices.Length, parallel, k =>
        {
            windows[k] = EpisodeWindow.Of(request, indices[k], new EpisodeData());
            states[k] = windows[k].Part.Begins ? Begin(theta.Span, windows[k].Cells) : windows[k].Learner(StateFloats);
        });
        var length = windows[0].Part.To - windows[0].Part.From;
        var gradient = Gradient(new GradientSizes(indices.Length, length, Math.Min(Memory.TapeExamples, length)));
        gradient.SetTheta(theta.Span);
        SetData(gradient, windows, length, request.Nominal);
        for (var k = 0; k < states.Length; k++) gradient.SetStates(k, states[k]);
        gradient.Run(windows[0].Carried);
        Collect(gradient, windows, length, outcomes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gradient?.Gradient.Dispose();
        _network.Dispose();
    }

    private DeviceGradient Gradient(GradientSizes sizes)
    {
        if (_gradient is { } present)
        {
            if (present.Sizes == sizes) return present.Gradient;
            _gradient = null;
            present.Gradient.Dispose();
        }
        var gradient = new DeviceGradient(_network, sizes);
        _gradient = (sizes, gradient);
        return gradient;
    }

    private float[] Begin(ReadOnlySpan<float> theta, CounterRandom random)
    {
        var image = new StateImage(_network.Shape, Architecture, batch: 1);
        image.Begin(_network.Model.Model, theta, ref random);
        return image.Floats;
    }

    private void SetData(DeviceGradient gradient, EpisodeWindow[] windows, int length, int nominal)
    {
        var (inputSize, classes) = (Architecture.InputSize, Architecture.OutputSize);
        var (inputs, labels, weights) = (new float[windows.Length * length * inputSize], new float[windows.Length * length * classes], new float[windows.Length * length]);
        for (var k = 0; k < windows.Length; k++)
        {
            var part = windows[k].Part;
            part.Data.Inputs.AsSpan(part.From * inputSize, length * inputSize).CopyTo(inputs.AsSpan(k * length * inputSize));
            for (var t = 0; t < length; t++)
            {
                part.Data.OneHot(part.From + t, labels.AsSpan((k * length + t) * classes, classes));
                weights[k * length + t] = part.From + t >= part.FirstCounted ? 1f / nominal : 0f;
            }
        }
        gradient.SetData(inputs, labels, weights);
    }

    private void Collect(DeviceGradient gradient, EpisodeWindow[] windows, int length, WindowOutcome[] outcomes)
    {
        var classes = Architecture.OutputSize;
        var (logits, losses) = (new float[windows.Length * length * classes], new float[windows.Length * length]);
        gradient.GetResults(logits, losses);
        var gradients = gradient.GetGradients([.. windows.Select(window => window.Part.Begins)]);
        var parameters = gradients.Length / windows.Length;
        for (var k = 0; k < windows.Length; k++)
        {
            var (window, part) = (windows[k], windows[k].Part);
            var own = gradients.AsSpan(k * parameters, parameters);
            var (loss, correct) = (0.0, 0);
            for (var t = Math.Max(0, part.FirstCounted - part.From); t < length; t++)
            {
                loss += losses[k * length + t];
                if (TensorPrimitives.IndexOfMax(logits.AsSpan((k * length + t) * classes, classes)) == part.Data.Classes[part.From + t]) correct++;
            }
            if (!double.IsFinite(loss) || ((ReadOnlySpan<float>)own).IndexOfNonFinite() >= 0)
            {
                outcomes[window.Index] = WindowOutcome.Dropped(length);
                continue;
            }
            var after = window.GoesOn ? new float[StateFloats] : [];
            if (window.GoesOn) gradient.GetEnd(k, after);
            outcomes[window.Index] = new WindowOutcome(loss, part.Counted, correct, length, window.Position, after, own.ToArray());
        }
    }
}
