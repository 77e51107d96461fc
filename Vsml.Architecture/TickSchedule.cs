using System.Collections.Generic;
using System.Linq;

namespace Vsml;

/// <summary>Whether a second sweep runs over the layers in reverse order once the error of an example is known.</summary>
public enum BackwardSweep
{
    /// <summary>No second sweep: the error goes in with the next example.</summary>
    None,

    /// <summary>A second sweep by the same sub-RNN parameters.</summary>
    Shared,

    /// <summary>A second sweep by sub-RNNs with meta-parameters of their own.</summary>
    Separate,
}

/// <summary>When the layers of a network take their turns during one example (model.md, "The network tick").</summary>
public sealed record TickSchedule
{
    /// <summary>Micro ticks per layer turn: one number for all layers, or one per layer. Default 2.</summary>
    public EquatableArray<int> MicroTicks { get; init; } = new(new[] { 2 });

    /// <summary>Forward sweeps over the same input before its output is read. Default 1.</summary>
    public int TicksPerExample { get; init; } = 1;

    /// <summary>The second sweep, from the last layer to the first. Default none.</summary>
    public BackwardSweep BackwardSweep { get; init; }

    /// <summary>The sweeps of one example in order; the output is read after the last forward one, and the label revealed then.</summary>
    public IEnumerable<Sweep> Sweeps
    {
        get
        {
            yield return Sweep.First;
            for (var tick = 1; tick < TicksPerExample; tick++) yield return Sweep.Further;
            if (BackwardSweep != BackwardSweep.None) yield return Sweep.Backward;
        }
    }

    /// <summary>Micro ticks of the turn of layer <paramref name="layer"/>.</summary>
    /// <param name="layer">Layer index from 0.</param>
    public int MicroTicksOf(int layer) => MicroTicks.Count == 1 ? MicroTicks[0] : MicroTicks[layer];

    /// <summary>The schedule as people write it, for example "micro ticks 2, backward sweep separate".</summary>
    public override string ToString() =>
        $"micro ticks {string.Join(", ", MicroTicks.Select(m => m.ToString(System.Globalization.CultureInfo.InvariantCulture)))}, ticks per example {TicksPerExample}, backward sweep {BackwardSweep.ToString().ToLowerInvariant()}";
}
