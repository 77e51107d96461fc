namespace Vsml.MetaTraining;

/// <summary>Tells several listeners how a run goes, one after the other.</summary>
/// <param name="listeners">The listeners.</param>
public sealed class CombinedProgress(params IReadOnlyList<ITrainingProgress> listeners) : ITrainingProgress
{
    /// <inheritdoc/>
    public void Iterated(TrainingProgress progress)
    {
        foreach (var listener in listeners) listener.Iterated(progress);
    }

    /// <inheritdoc/>
    public void Evaluated(EvaluationMetrics metrics)
    {
        foreach (var listener in listeners) listener.Evaluated(metrics);
    }

    /// <inheritdoc/>
    public void Planned(TapeMemory memory)
    {
        foreach (var listener in listeners) listener.Planned(memory);
    }

    /// <inheritdoc/>
    public void Saved(string path)
    {
        foreach (var listener in listeners) listener.Saved(path);
    }

    /// <inheritdoc/>
    public void Warned(string message)
    {
        foreach (var listener in listeners) listener.Warned(message);
    }
}
