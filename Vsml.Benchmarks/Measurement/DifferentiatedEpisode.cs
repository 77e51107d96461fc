using Vsml.Benchmarks.Cases;
using Vsml.Contracts;
using Vsml.Numerics;

namespace Vsml.Benchmarks.Measurement;

/// <summary>An episode on random inputs, run forward and backward again and again.</summary>
internal sealed class DifferentiatedEpisode
{
    private readonly ExampleStream _examples;
    private readonly EpisodeGradient _gradient;
    private readonly NetworkState _start;
    private readonly MetaParameters _theta;
    private readonly PackedTheta _packed;
    private readonly float[] _losses, _thetaGradient;

    /// <summary>Compiles the network, unless this process has it already, and initialises a learner.</summary>
    /// <param name="network">The network.</param>
    /// <param name="level">SIMD level of the kernels.</param>
    /// <param name="length">T, examples (or batches) of the episode.</param>
    /// <param name="tapeExamples">Examples whose states are kept at once; 0 for all.</param>
    public DifferentiatedEpisode(NetworkCase network, SimdLevel level, int length, int tapeExamples)
    {
        var model = network.Compile(level);
        _gradient = new EpisodeGradient(model, level, network.Batch, tapeExamples);
        _theta = network.InitialTheta;
        _packed = model.Pack(_theta.Values, level);
        _examples = new ExampleStream(network, length);
        _losses = new float[length * network.Batch];
        _thetaGradient = new float[_theta.Layout.Count];
        var runner = new EpisodeRunner(model, level, network.Batch);
        var random = new CounterRandom(1, RandomStream.Cells, 0, 0);
        runner.InitialiseCells(ref random);
        _start = runner.State;
    }

    /// <summary>Bytes kept for the reverse pass, over all examples.</summary>
    public double BytesPerExample
    {
        get
        {
            var (length, tape) = (_examples.Length, _gradient.TapeExamples);
            if (tape == 0 || tape >= length) return _gradient.BytesPerExample;
            var checkpoints = (length + tape - 1) / tape;
            return ((double)tape * _gradient.BytesPerExample + checkpoints * _gradient.CheckpointBytes) / length;
        }
    }

    /// <summary>Runs the episode forward and backward.</summary>
    public void Run() =>
        _gradient.Run(_theta.Values, _packed, _start, _examples.Inputs, _examples.Labels, [], _losses, _thetaGradient);
}
