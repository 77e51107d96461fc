namespace Vsml;

/// <summary>
/// How well examples were predicted before their labels were seen. An example whose label was not known yet counts as wrong, with the
/// log-loss of an even guess among the labels known then and this one.
/// </summary>
/// <param name="Count">Number of examples.</param>
/// <param name="Accuracy">Share of right predictions; NaN before the first example.</param>
/// <param name="LogLoss">Mean of -log of the right label's probability, in nats; NaN before the first example.</param>
public readonly record struct ProgressiveFigures(long Count, double Accuracy, double LogLoss);
