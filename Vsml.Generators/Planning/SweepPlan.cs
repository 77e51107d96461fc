using System.Collections.Generic;
using System.Linq;

namespace Vsml.Generators.Planning;

/// <summary>A sweep of an example: the turn of each layer, one after another.</summary>
/// <param name="Kind">Which sweep.</param>
/// <param name="Count">Times that it runs in a row: 1, or for further sweeps the ticks per example less one.</param>
/// <param name="MergesBatch">Whether the states of a batch are merged before it (<see cref="NetworkPlan.MergedEntries"/>): in the first sweep of an example.</param>
/// <param name="Turns">The turns in order: layers 0..K-1, or K-1..0 in the backward sweep.</param>
public sealed record SweepPlan(Sweep Kind, int Count, bool MergesBatch, EquatableArray<TurnPlan> Turns)
{
    /// <summary>Plans the sweeps of an example.</summary>
    /// <param name="plan">The network; its boundaries and layers are planned.</param>
    internal static IEnumerable<SweepPlan> AllOf(NetworkPlan plan)
    {
        foreach (var kind in plan.Architecture.Schedule.Sweeps.Distinct())
        {
            var layers = kind == Sweep.Backward ? plan.Layers.Reverse() : plan.Layers;
            yield return new(
                kind,
                plan.Architecture.Schedule.Sweeps.Count(sweep => sweep == kind),
                MergesBatch: kind == Sweep.First,
                new(layers.Select(layer => TurnPlan.Of(plan, layer, kind))));
        }
    }
}
