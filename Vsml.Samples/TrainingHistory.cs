using Vsml.MetaTraining;

namespace Vsml.Samples;

/// <summary>What the page shows of meta-training.</summary>
internal sealed class TrainingHistory
{
    /// <summary>Meta-iterations.</summary>
    public List<IterationMetrics> Iterations { get; } = [];

    /// <summary>Periodic meta-tests.</summary>
    public List<EvaluationMetrics> Evaluations { get; } = [];
}
