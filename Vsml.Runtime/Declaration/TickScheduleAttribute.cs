namespace Vsml;

/// <summary>Declares when the layers of a network take their turns. Left out: two micro ticks, one tick per example, no backward sweep.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = true, Inherited = false)]
public sealed class TickScheduleAttribute : Attribute
{
    /// <summary>A schedule; with arguments, their micro ticks instead of <see cref="MicroTicks"/>.</summary>
    /// <param name="microTicks">One count for all layers, or one per layer in their order; each 1..64. None: <see cref="MicroTicks"/>.</param>
    public TickScheduleAttribute(params int[] microTicks) => MicroTicksPerLayer = microTicks;

    /// <summary>Micro ticks of a layer's turn, 1..64. Default 2. A layer attribute's own count comes before it.</summary>
    public int MicroTicks { get; set; } = 2;

    /// <summary>Micro ticks per layer, empty where <see cref="MicroTicks"/> holds for all.</summary>
    public IReadOnlyList<int> MicroTicksPerLayer { get; }

    /// <summary>Forward sweeps over the same input before its output is read, 1..64. Default 1.</summary>
    public int TicksPerExample { get; set; } = 1;

    /// <summary>The second sweep, from the last layer to the first, once the error is known. Default none.</summary>
    public BackwardSweep BackwardSweep { get; set; }
}
