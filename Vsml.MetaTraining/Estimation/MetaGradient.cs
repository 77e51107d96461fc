namespace Vsml.MetaTraining;

/// <summary>What an estimator found out in one meta-iteration.</summary>
/// <param name="MeanLoss">Mean loss per example that counts, or null if none did.</param>
/// <param name="Accuracy">Share of right predictions among these, or null if there were none.</param>
/// <param name="Gradient">Gradient of the meta-loss, or empty: then the step is skipped.</param>
/// <param name="State">Where the episodes stand now.</param>
/// <param name="Dropped">Pairs (or episodes) that were left out because a loss or gradient was not finite.</param>
/// <param name="Examples">Examples run, of all learners together.</param>
public sealed record MetaGradient(
    double? MeanLoss, double? Accuracy, float[] Gradient, UnrollState State, IReadOnlyList<DroppedPair> Dropped, long Examples);
