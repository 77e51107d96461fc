using Vsml.MetaTraining;

namespace Vsml.Ilgpu;

/// <summary>Runs the episodes of meta-training on a device: populations of evolution strategies, and backpropagation through time.</summary>
/// <param name="device">The device, which must live as long.</param>
/// <param name="models">The model of each layout; all of one precision.</param>
/// <param name="memoryBytes">Bytes of the device that it may take; null for all that are free.</param>
/// <param name="precision">How exactly the models compute.</param>
public sealed class IlgpuBackend(IlgpuDevice device, Func<Architecture, IlgpuModel> models, long? memoryBytes = null, DevicePrecision precision = default) : IEpisodeBackend, IDisposable
{
    private readonly Dictionary<Architecture, IlgpuModel> _models = [];

    // One of each for all runs: kernels are compiled once.
    private IlgpuPopulationRunner? _runner;
    private IlgpuGradientRunner? _gradients;

    /// <summary>Its name in run configurations.</summary>
    public const string BackendName = "ilgpu";

    /// <inheritdoc/>
    public string Name => BackendName;

    /// <inheritdoc/>
    public RunDevice Device => new(device.Description.NameAndKind, precision.Arithmetic, precision.StateStorage);

    /// <inheritdoc/>
    public void Check(EstimatorContext context, EpisodeSource episodes, int length) => _runner?.Check(episodes, length);

    /// <inheritdoc/>
    public IPopulationRunner Populations(EstimatorContext context) =>
        _runner ??= new IlgpuPopulationRunner(device, task => ModelOf(context, task), context.Threads, memoryBytes);

    /// <inheritdoc/>
    public IGradientRunner Gradients(EstimatorContext context) => _gradients ??= new IlgpuGradientRunner(device, task => ModelOf(context, task), context.Threads);

    /// <inheritdoc/>
    public void Dispose()
    {
        _runner?.Dispose();
        _gradients?.Dispose();
    }

    private IlgpuModel ModelOf(EstimatorContext context, TaskDescription task)
    {
        var architecture = context.ModelOf(task).Architecture;
        if (_models.TryGetValue(architecture, out var model)) return model;
        model = models(architecture);
        if (model.Precision != precision) throw new VsmlException($"The model computes with {model.Precision}, but the backend with {precision}.");
        _models.Add(architecture, model);
        return model;
    }
}
