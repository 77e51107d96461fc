using Vsml.Ilgpu;

namespace Vsml.Benchmarks.Measurement;

/// <summary>Episodes on a device forwards alone, and forwards and back with the states of sqrt(T) examples kept.</summary>
internal sealed class DeviceReverse : IDisposable
{
    private readonly DeviceNetwork _network;
    private readonly DeviceGradient _gradient;
    private readonly DevicePopulation _forward;
    private readonly int _length;

    /// <summary>Fills the device's memory.</summary>
    /// <param name="model">The model.</param>
    /// <param name="device">The device.</param>
    /// <param name="theta">Theta of all episodes.</param>
    /// <param name="episodes">How many; even.</param>
    /// <param name="length">T, examples of an episode.</param>
    public DeviceReverse(IlgpuModel model, IlgpuDevice device, MetaParameters theta, int episodes, int length)
    {
        _length = length;
        var (architecture, random) = (model.Architecture, new Random(1));
        _forward = new DevicePopulation(model, device, theta, episodes, length);
        _network = new DeviceNetwork(model, device);
        _gradient = new DeviceGradient(_network, new GradientSizes(episodes, length, TapeExamples: (int)Math.Ceiling(Math.Sqrt(length))));
        _gradient.SetTheta(theta.Values);
        var (inputs, labels, weights) = (new float[episodes * length * architecture.InputSize], new float[episodes * length * architecture.OutputSize], new float[episodes * length]);
        for (var i = 0; i < inputs.Length; i++) inputs[i] = 2f * random.NextSingle() - 1f;
        for (var i = 0; i < labels.Length; i += architecture.OutputSize) labels[i + random.Next(architecture.OutputSize)] = 1f;
        Array.Fill(weights, 1f / length);
        _gradient.SetData(inputs, labels, weights);
        for (var episode = 0; episode < episodes; episode++) _gradient.SetStates(episode, new float[4 * model.Kernels.Shape.StateQuads]);
    }

    /// <summary>All episodes forwards.</summary>
    public void Forward() => _forward.Run();

    /// <summary>All episodes forwards and back.</summary>
    public void ForwardAndBack() => _gradient.Run(_length);

    /// <inheritdoc/>
    public void Dispose()
    {
        _gradient.Dispose();
        _network.Dispose();
        _forward.Dispose();
    }
}
