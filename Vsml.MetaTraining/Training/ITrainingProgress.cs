namespace Vsml.MetaTraining;

/// <summary>
/// Is told how a run goes. Called from the thread that runs it, between meta-iterations. What is not implemented is not listened to.
/// An exception that it throws ends the run, with a checkpoint.
/// </summary>
public interface ITrainingProgress
{
    /// <summary>A meta-iteration is done.</summary>
    /// <param name="progress">How it went.</param>
    void Iterated(TrainingProgress progress)
    {
    }

    /// <summary>A periodic meta-test is done.</summary>
    /// <param name="metrics">What it found.</param>
    void Evaluated(EvaluationMetrics metrics)
    {
    }

    /// <summary>The episodes to come take another amount of memory for backpropagation; once a stage.</summary>
    /// <param name="memory">How much, and what for.</param>
    void Planned(TapeMemory memory)
    {
    }

    /// <summary>A checkpoint is on the disk.</summary>
    /// <param name="path">The file.</param>
    void Saved(string path)
    {
    }

    /// <summary>Something is worth knowing but does not stop the run.</summary>
    /// <param name="message">One line.</param>
    void Warned(string message)
    {
    }
}

/// <summary>How a run goes.</summary>
/// <param name="Metrics">The meta-iteration that has just ended.</param>
/// <param name="Iterations">Meta-iterations of the whole run.</param>
/// <param name="ExamplesPerSecond">Present speed, examples of all learners together.</param>
/// <param name="TimeLeft">Until the last iteration, at the present speed.</param>
public sealed record TrainingProgress(IterationMetrics Metrics, int Iterations, double ExamplesPerSecond, TimeSpan TimeLeft);
