namespace Vsml.MetaTraining;

/// <summary>What a periodic meta-test found.</summary>
/// <param name="Iteration">Meta-iterations done.</param>
/// <param name="Score">Mean accuracy over the tasks.</param>
/// <param name="IsBest">Whether no meta-test before was better.</param>
/// <param name="Results">One for every task.</param>
public sealed record EvaluationMetrics(int Iteration, double Score, bool IsBest, IReadOnlyList<EvaluationResult> Results);

/// <summary>Accuracy on one task of a periodic meta-test.</summary>
/// <param name="Task">The task's name.</param>
/// <param name="Accuracy">Mean over episodes of the share of right predictions, each made before the label was seen.</param>
/// <param name="StandardError">Standard error of that mean; null for a single episode.</param>
public sealed record EvaluationResult(string Task, double Accuracy, double? StandardError);
