using Vsml.Benchmarks.Cases;
using Vsml.Contracts;
using Vsml.Numerics;
using Vsml.Tool.Compilation;

namespace Vsml.Benchmarks.Measurement;

/// <summary>An endless episode of one learner on random inputs, a step at a time.</summary>
internal sealed class RunningEpisode
{
    private const int Examples = 32;
    private readonly EpisodeRunner _runner;
    private readonly PackedTheta _theta;
    private readonly float[] _inputs, _labels, _logits, _losses;
    private int _at;

    /// <summary>Compiles the network, unless this process has it already, and initialises a learner.</summary>
    /// <param name="network">The network.</param>
    /// <param name="level">SIMD level of the kernels.</param>
    public RunningEpisode(NetworkCase network, SimdLevel level)
    {
        var model = RuntimeCompiler.Compile(network.Architecture);
        _runner = new EpisodeRunner(model, level, network.Batch);
        _theta = model.Pack(MetaParameters.Initial(network.Architecture, seed: 1, inputGateBias: 3).Values, level);
        var random = new CounterRandom(1, RandomStream.Task, 0, 0);
        _inputs = new float[Examples * network.Batch * network.Architecture.InputSize];
        random.FillNormal(_inputs);
        var classes = network.Architecture.OutputSize;
        _labels = new float[Examples * network.Batch * classes];
        for (var e = 0; e < Examples * network.Batch; e++) _labels[e * classes + random.NextInt(classes)] = 1;
        _logits = new float[network.Batch * classes];
        _losses = new float[network.Batch];
        random = new CounterRandom(1, RandomStream.Cells, 0, 0);
        _runner.InitialiseCells(ref random);
    }

    /// <summary>Shows one example, or one batch: predict, then learn.</summary>
    public void Step()
    {
        var (inputs, labels) = (_inputs.Length / Examples, _labels.Length / Examples);
        _runner.Step(_theta, _inputs.AsSpan(_at * inputs, inputs), _labels.AsSpan(_at * labels, labels), _logits, _losses);
        _at = (_at + 1) % Examples;
    }
}
