using Vsml.Benchmarks.Cases;
using Vsml.Contracts;
using Vsml.Numerics;

namespace Vsml.Benchmarks.Measurement;

/// <summary>An endless episode of one learner on random inputs, a step at a time.</summary>
internal sealed class RunningEpisode
{
    private readonly ExampleStream _examples;
    private readonly EpisodeRunner _runner;
    private readonly PackedTheta _theta;
    private readonly float[] _logits, _losses;
    private int _at;

    /// <summary>Compiles the network, unless this process has it already, and initialises a learner.</summary>
    /// <param name="network">The network.</param>
    /// <param name="level">SIMD level of the kernels.</param>
    public RunningEpisode(NetworkCase network, SimdLevel level)
    {
        var model = network.Compile(level);
        _runner = new EpisodeRunner(model, level, network.Batch);
        _theta = model.Pack(network.InitialTheta.Values, level);
        _examples = new ExampleStream(network, length: 32);
        _logits = new float[network.Batch * network.Architecture.OutputSize];
        _losses = new float[network.Batch];
        var random = new CounterRandom(1, RandomStream.Cells, 0, 0);
        _runner.InitialiseCells(ref random);
    }

    /// <summary>Shows one example, or one batch: predict, then learn.</summary>
    public void Step()
    {
        _runner.Step(_theta, _examples.InputsAt(_at), _examples.LabelsAt(_at), _logits, _losses);
        _at = (_at + 1) % _examples.Length;
    }
}
