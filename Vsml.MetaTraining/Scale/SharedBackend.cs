namespace Vsml.MetaTraining;

/// <summary>Runs episodes on all ranks, on each with the same backend.</summary>
/// <param name="inner">What runs a rank's episodes.</param>
/// <param name="work">Divides them.</param>
internal sealed class SharedBackend(IEpisodeBackend inner, SharedWork work) : IEpisodeBackend
{
    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public RunDevice? Device => inner.Device;

    /// <inheritdoc/>
    public void Check(EstimatorContext context, EpisodeSource episodes, int length) => inner.Check(context, episodes, length);

    /// <inheritdoc/>
    public IPopulationRunner Populations(EstimatorContext context) => new SharedPopulationRunner(inner.Populations(context), work);

    /// <inheritdoc/>
    public IGradientRunner Gradients(EstimatorContext context) => new SharedGradientRunner(inner.Gradients(context), work);
}
