namespace Vsml.MetaTraining;

/// <summary>What runs the episodes of meta-training: this machine's threads, or another device.</summary>
public interface IEpisodeBackend
{
    /// <summary>What runs the populations of evolution strategies.</summary>
    /// <param name="context">What the run has for it.</param>
    IPopulationRunner Populations(EstimatorContext context);

    /// <summary>What runs episodes forward and backward.</summary>
    /// <param name="context">What the run has for it.</param>
    IGradientRunner Gradients(EstimatorContext context);
}
