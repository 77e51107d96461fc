using Vsml.Benchmarks.Cases;
using Vsml.Numerics;

namespace Vsml.Benchmarks.Measurement;

/// <summary>Random examples of a network's sizes: normal inputs, one-hot labels.</summary>
internal sealed class ExampleStream
{
    private readonly float[] _inputs, _labels;
    private readonly int _inputFloats, _labelFloats;

    /// <summary>Draws examples; the same ones for the same sizes.</summary>
    /// <param name="network">The network.</param>
    /// <param name="length">T, how many, or how many batches.</param>
    public ExampleStream(NetworkCase network, int length)
    {
        Length = length;
        var (architecture, batch) = (network.Architecture, network.Batch);
        (_inputFloats, _labelFloats) = (batch * architecture.InputSize, batch * architecture.OutputSize);
        var random = new CounterRandom(1, RandomStream.Task, 0, 0);
        _inputs = new float[length * _inputFloats];
        random.FillNormal(_inputs);
        _labels = new float[length * _labelFloats];
        for (var e = 0; e < length * batch; e++) _labels[e * architecture.OutputSize + random.NextInt(architecture.OutputSize)] = 1;
    }

    /// <summary>T.</summary>
    public int Length { get; }

    /// <summary>All inputs [T, batch, inputs].</summary>
    public ReadOnlySpan<float> Inputs => _inputs;

    /// <summary>All labels [T, batch, outputs].</summary>
    public ReadOnlySpan<float> Labels => _labels;

    /// <summary>Inputs of one tick [batch, inputs].</summary>
    /// <param name="t">From 0.</param>
    public ReadOnlySpan<float> InputsAt(int t) => _inputs.AsSpan(t * _inputFloats, _inputFloats);

    /// <summary>Labels of one tick [batch, outputs].</summary>
    /// <param name="t">From 0.</param>
    public ReadOnlySpan<float> LabelsAt(int t) => _labels.AsSpan(t * _labelFloats, _labelFloats);
}
