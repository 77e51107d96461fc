namespace Vsml.MetaTraining;

/// <summary>Runs episodes on this machine's threads with compiled kernels.</summary>
public sealed class CpuBackend : IEpisodeBackend
{
    private CpuBackend()
    {
    }

    /// <summary>The only one: it holds nothing.</summary>
    public static CpuBackend Instance { get; } = new();

    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public IPopulationRunner Populations(EstimatorContext context) => new CpuPopulationRunner(context.TraineeOf, context.Threads);

    /// <inheritdoc/>
    public IGradientRunner Gradients(EstimatorContext context) => new CpuGradientRunner(context.TraineeOf, context.Threads);
}
