namespace Vsml.MetaTraining;

/// <summary>What runs the episodes of meta-training: this machine's threads, or another device.</summary>
public interface IEpisodeBackend
{
    /// <summary>Its name in run configurations: cpu, ilgpu.</summary>
    string Name { get; }

    /// <summary>The device, on which the bits depend; null for this machine's processor.</summary>
    RunDevice? Device => null;

    /// <summary>Finds out, before a run begins, whether episodes can run for the estimators made so far; prepares what they need.</summary>
    /// <param name="context">What the run has for it.</param>
    /// <param name="episodes">What the episodes are drawn from.</param>
    /// <param name="length">Most examples that run at once.</param>
    /// <exception cref="VsmlException">They cannot; the message says why.</exception>
    void Check(EstimatorContext context, EpisodeSource episodes, int length)
    {
    }

    /// <summary>What runs the populations of evolution strategies.</summary>
    /// <param name="context">What the run has for it.</param>
    IPopulationRunner Populations(EstimatorContext context);

    /// <summary>What runs episodes forward and backward.</summary>
    /// <param name="context">What the run has for it.</param>
    IGradientRunner Gradients(EstimatorContext context);
}
