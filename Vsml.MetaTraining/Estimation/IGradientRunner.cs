namespace Vsml.MetaTraining;

/// <summary>Runs the episodes of a meta-batch forward and backward: on threads, or on another device.</summary>
public interface IGradientRunner
{
    /// <summary>Runs one meta-iteration's windows.</summary>
    /// <param name="request">Everything that the gradients depend on.</param>
    /// <param name="cancellation">Gives the iteration up.</param>
    /// <returns>What each episode gave.</returns>
    /// <exception cref="VsmlException">Theta does not fit a model, a task is wrong, or the memory is too little.</exception>
    /// <exception cref="OperationCanceledException">The iteration was given up.</exception>
    IReadOnlyList<WindowOutcome> Run(GradientRequest request, CancellationToken cancellation = default);

    /// <summary>Makes sure that windows fit into memory; does nothing where there is no limit.</summary>
    /// <param name="episodes">What they are drawn from.</param>
    /// <param name="count">Episodes of a meta-iteration.</param>
    /// <param name="longest">Examples of the longest window.</param>
    /// <param name="memoryBytes">Bytes that the states of all windows at once may take.</param>
    /// <exception cref="VsmlException">They do not.</exception>
    void Check(EpisodeSource episodes, int count, int longest, long memoryBytes)
    {
    }

    /// <summary>Memory that the last run's states took.</summary>
    TapeMemory? Memory { get; }
}
