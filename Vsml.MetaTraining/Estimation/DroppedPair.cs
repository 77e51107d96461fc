namespace Vsml.MetaTraining;

/// <summary>A pair (or episode) that dropped out of a meta-iteration; with the seed, all that is needed to replay it.</summary>
/// <param name="Began">Iteration in which its episode began.</param>
/// <param name="Pair">Its index.</param>
public readonly record struct DroppedPair(uint Began, uint Pair);
