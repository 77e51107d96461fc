using Vsml.Ilgpu;
using Vsml.MetaTraining;
using Vsml.Tool.Ilgpu;

namespace Vsml.Benchmarks.Measurement;

/// <summary>Whole meta-iterations of an evolution strategy on a device: tasks drawn, members made, episodes run, the gradient estimated, Adam.</summary>
internal sealed class DeviceIteration : IDisposable
{
    private readonly IlgpuBackend _backend;
    private readonly MetaTrainer _trainer;
    private TrainingState _state;

    /// <summary>Makes a run of random vectors under random projections, for which no data are needed.</summary>
    /// <param name="architecture">The network.</param>
    /// <param name="device">The device.</param>
    /// <param name="pairs">Antithetic pairs.</param>
    /// <param name="length">Examples of an episode.</param>
    public DeviceIteration(Architecture architecture, IlgpuDevice device, int pairs, int length)
    {
        var vectors = new RandomTask { Vectors = 64, Inputs = architecture.InputSize, Classes = architecture.OutputSize };
        var run = new RunConfiguration
        {
            Model = architecture,
            Tasks = [new TransformedTask(vectors, new RandomProjection())],
            Stages = [new() { Iterations = 1_000_000, EpisodeLength = length, Inputs = [architecture.InputSize], Classes = architecture.OutputSize }],
            Estimator = new EsOptions { PairCount = pairs },
            Backend = IlgpuBackend.BackendName,
        };
        _backend = new IlgpuBackend(device, layout => IlgpuCompiler.Compile(layout));
        _trainer = new MetaTrainer(run, layout => RuntimeCompiler.Compile(layout), backend: _backend);
        _state = _trainer.Initial();
    }

    /// <summary>One meta-iteration.</summary>
    public void Run() => _state = _trainer.Step(_state).State;

    /// <inheritdoc/>
    public void Dispose() => _backend.Dispose();
}
