using Vsml.MetaTraining;

namespace Vsml.Ilgpu;

/// <summary>Runs the episodes of meta-training on a device: populations of evolution strategies, so far not backpropagation.</summary>
/// <param name="device">The device, which must live as long.</param>
/// <param name="models">The model of each layout.</param>
/// <param name="memoryBytes">Bytes of the device that it may take; null for all that are free.</param>
public sealed class IlgpuBackend(IlgpuDevice device, Func<Architecture, IlgpuModel> models, long? memoryBytes = null) : IEpisodeBackend, IDisposable
{
    private readonly Dictionary<Architecture, IlgpuModel> _models = [];
    private IlgpuPopulationRunner? _runner;

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
    /// <exception cref="VsmlException">Always: gradients are the compiled kernels' work.</exception>
    public IGradientRunner Gradients(EstimatorContext context) =>
        throw new VsmlException("estimator: bptt does not run on the backend ilgpu; take an evolution strategy (es, truncated-es, pes, nres), or the backend cpu.");

    /// <inheritdoc/>
    public void Dispose() => _runner?.Dispose();

    // One for all runs: kernels are compiled once.
    private IlgpuPopulationRunner Runner(EstimatorContext context) => _runner ??= new IlgpuPopulationRunner(
        device,
        task =>
        {
            var architecture = context.ModelOf(task).Architecture;
            if (!_models.TryGetValue(architecture, out var model)) _models.Add(architecture, model = models(architecture));
            return model;
        },
        context.Threads, memoryBytes);
}
