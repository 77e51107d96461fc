using Vsml.MetaTraining;

namespace Vsml.Ilgpu;

/// <summary>Runs the episodes of meta-training on a device: populations of evolution strategies, and backpropagation through time.</summary>
/// <param name="device">The device, which must live as long.</param>
/// <param name="models">The model of each layout.</param>
/// <param name="memoryBytes">Bytes of the device that it may take; null for all that are free.</param>
public sealed class IlgpuBackend(IlgpuDevice device, Func<Architecture, IlgpuModel> models, long? memoryBytes = null) : IEpisodeBackend, IDisposable
{
    private readonly Dictionary<Architecture, IlgpuModel> _models = [];
    private IlgpuPopulationRunner? _runner;
    private IlgpuGradientRunner? _gradients;

    /// <summary>Its name in run configurations.</summary>
    public const string BackendName = "ilgpu";

    /// <inheritdoc/>
    public string Name => BackendName;

    /// <inheritdoc/>
    public string Device => device.Description.NameAndKind;

    /// <inheritdoc/>
    public void Check(EstimatorContext context, EpisodeSource episodes, int length) => Runner(context).Check(episodes, length);

    /// <inheritdoc/>
    public IPopulationRunner Populations(EstimatorContext context) => Runner(context);

    /// <inheritdoc/>
    public IGradientRunner Gradients(EstimatorContext context) => _gradients ??= new IlgpuGradientRunner(device, task => ModelOf(context, task), context.Threads);

    /// <inheritdoc/>
    public void Dispose()
    {
        _runner?.Dispose();
        _gradients?.Dispose();
    }

    // One for all runs: kernels are compiled once.
    private IlgpuPopulationRunner Runner(EstimatorContext context) => _runner ??= new IlgpuPopulationRunner(device, task => ModelOf(context, task), context.Threads, memoryBytes);

    private IlgpuModel ModelOf(EstimatorContext context, TaskDescription task)
    {
        var architecture = context.ModelOf(task).Architecture;
        if (!_models.TryGetValue(architecture, out var model)) _models.Add(architecture, model = models(architecture));
        return model;
    }
}
