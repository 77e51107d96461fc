using Vsml.Ilgpu;

namespace Vsml.Benchmarks.Measurement;

/// <summary>Episodes of different theta on a device, two on the same data as in antithetic pairs, run forwards again and again.</summary>
internal sealed class DevicePopulation : IDisposable
{
    private readonly DeviceNetwork _network;
    private readonly EpisodeBuffers _buffers;
    private readonly IlgpuDevice _device;
    private readonly int _length;

    /// <summary>Fills the device's memory: random inputs, labels, cells and deviations of theta.</summary>
    /// <param name="model">The model.</param>
    /// <param name="device">The device.</param>
    /// <param name="theta">Theta around which the members lie.</param>
    /// <param name="episodes">How many, if memory holds them; even.</param>
    /// <param name="length">Examples of an episode.</param>
    public DevicePopulation(IlgpuModel model, IlgpuDevice device, MetaParameters theta, int episodes, int length)
    {
        (_device, _length) = (device, length);
        var (architecture, shape, random) = (model.Architecture, model.Kernels.Shape, new Random(1));
        var bytes = 16L * (shape.StateQuads + shape.ScratchQuads) + 8L * theta.Values.Length + 4L * length * (architecture.InputSize + 2 * architecture.OutputSize);
        Episodes = (int)Math.Min(episodes, Math.Max(2, device.FreeBytes * 9 / 10 / bytes / 2 * 2));
        _network = new DeviceNetwork(model, device);
        _buffers = new EpisodeBuffers(_network, new EpisodeSizes(Episodes, Members: Episodes, Data: Episodes / 2, length));
        _buffers.SetTheta(Repeated(Episodes, () => [.. theta.Values.ToArray().Select(value => value + 0.02f * Noise())]));
        var labels = new float[Episodes / 2 * length * architecture.OutputSize];
        for (var i = 0; i < labels.Length; i += architecture.OutputSize) labels[i + random.Next(architecture.OutputSize)] = 1f;
        _buffers.SetData(Repeated(Episodes / 2 * length, () => [.. Enumerable.Range(0, architecture.InputSize).Select(_ => Noise())]), labels);
        var image = new StateImage(shape, architecture, batch: 1);
        for (var l = 0; l < architecture.Layers.Count; l++)
            image.Import(l, isCell: true, [.. Enumerable.Range(0, (int)architecture.Layers[l].SubRnnCount * architecture.StateSize).Select(_ => 0.04f * Noise())]);
        for (var episode = 0; episode < Episodes; episode++) _buffers.SetStates(episode, image.Floats);

        float Noise() => 2f * random.NextSingle() - 1f;
    }

    /// <summary>Episodes that run side by side.</summary>
    public int Episodes { get; }

    /// <summary>Runs all examples of all episodes, from the states that the last run left.</summary>
    public void Run()
    {
        _buffers.Run(0, _length);
        _device.Accelerator.Synchronize();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffers.Dispose();
        _network.Dispose();
    }

    private static float[] Repeated(int count, Func<float[]> make)
    {
        var all = new List<float>();
        for (var i = 0; i < count; i++) all.AddRange(make());
        return [.. all];
    }
}
