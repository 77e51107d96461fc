namespace Vsml.MetaTraining;

/// <summary>Where an <see cref="EvolutionStrategy"/> stands, as plain values.</summary>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Iteration">The meta-iteration that comes next.</param>
/// <param name="Began">Iteration in which the present episodes began, or will begin.</param>
/// <param name="Theta">The meta-parameters.</param>
/// <param name="Optimizer">The optimizer's state.</param>
public sealed record EsState(ulong Seed, uint Iteration, uint Began, float[] Theta, OptimizerState Optimizer);
