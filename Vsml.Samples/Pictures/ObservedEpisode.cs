using Vsml.Numerics;
using Vsml.Reference;

namespace Vsml.Samples.Pictures;

/// <summary>
/// The reference network while it learns under shipped meta-parameters: each class has a pattern of its own, and each example is the
/// pattern of its class with noise.
/// </summary>
internal sealed class ObservedEpisode
{
    private const float Noise = 0.4f;
    private readonly float[][] _patterns;
    private CounterRandom _random; // a struct that goes on

    /// <summary>Begins an episode.</summary>
    public ObservedEpisode(int inputs, int classes)
    {
        var theta = MetaParameters.Shipped("online");
        _random = new CounterRandom(5, RandomStream.Task, 0, 0);
        Network = new ReferenceNetwork(Layouts.For(theta.Architecture, inputs, classes), Array.ConvertAll(theta.Values.ToArray(), value => (double)value));
        _patterns = [.. Enumerable.Range(0, classes).Select(_ => Enumerable.Range(0, inputs).Select(_ => _random.NextNormal()).ToArray())];
    }

    /// <summary>The network.</summary>
    public ReferenceNetwork Network { get; }

    /// <summary>Class of the last example.</summary>
    public int Class { get; private set; }

    /// <summary>Its inputs.</summary>
    public double[] Inputs { get; private set; } = [];

    /// <summary>What all turns of the last example read.</summary>
    public ExampleRecord Record { get; private set; } = new();

    /// <summary>Learns from a further example.</summary>
    /// <returns>The probability that its class had before the label was shown.</returns>
    public double Step()
    {
        Class = _random.NextInt(_patterns.Length);
        Inputs = [.. _patterns[Class].Select(value => (double)(value + Noise * _random.NextNormal()))];
        Record = new();
        var loss = Network.Step(Inputs, [.. _patterns.Select((_, b) => b == Class ? 1.0 : 0)], Record).Losses[0];
        return Math.Exp(-loss);
    }
}
