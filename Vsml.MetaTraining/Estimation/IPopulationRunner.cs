namespace Vsml.MetaTraining;

/// <summary>Runs a population's episodes: on threads, on another device, or on other machines.</summary>
public interface IPopulationRunner
{
    /// <summary>Runs one meta-iteration's episodes of a range of pairs.</summary>
    /// <param name="request">Everything that the losses depend on.</param>
    /// <param name="cancellation">Gives the iteration up.</param>
    /// <exception cref="VsmlException">Theta does not fit a model, or a task is wrong.</exception>
    /// <exception cref="OperationCanceledException">The iteration was given up.</exception>
    PopulationResult Run(PopulationRequest request, CancellationToken cancellation = default);

    /// <summary>How the last request was divided where memory holds fewer members than the population, in one line; null if all ran at once.</summary>
    string? Waves => null;
}
