using System;

namespace Vsml.Generators.Planning;

/// <summary>Where a region of scratch space begins that stands behind others which grow with the batch.</summary>
/// <param name="Fixed">Floats before it whatever the batch.</param>
/// <param name="PerExample">Floats before it for each example of the batch.</param>
public readonly record struct BatchOffset(int Fixed, Extent PerExample);

/// <summary>Where the scratch space of a dense layer's turn lies, the same at every SIMD level.</summary>
/// <param name="Hidden">h of a block between micro ticks.</param>
/// <param name="OtherHidden">The same once more, to be swapped with it.</param>
/// <param name="Cell">c of a block between micro ticks.</param>
/// <param name="Work">Gates or messages of a block.</param>
/// <param name="LaneGates">What messages along the lanes add to the gates of a block, per example.</param>
/// <param name="LaneSums">Sums for the messages along the lanes, of a block, per example.</param>
/// <param name="LoopGates">What messages along the looped axis add to the gates: [example][place].</param>
/// <param name="LoopSums">Sums for the messages along the looped axis: [example][place].</param>
/// <param name="Length">Floats in all whatever the batch.</param>
/// <param name="LengthPerExample">Floats in all for each example of the batch.</param>
public sealed record DenseScratch(
    int Hidden, int OtherHidden, int Cell, int Work, BatchOffset LaneGates, BatchOffset LaneSums, BatchOffset LoopGates, BatchOffset LoopSums,
    int Length, Extent LengthPerExample)
{
    /// <summary>The scratch space of a layer.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="loops">Extent of the axis of a dense layer that is looped over.</param>
    public static DenseScratch Of(CpuPlan plan, Extent loops)
    {
        var (n, m, sums) = (plan.StateSize, plan.MessageSize, plan.Network.SummandEntries);
        var (shared, perExample) = (new Regions(), new Regions());
        return new(
            Block(n), Block(n), Block(n), Block(Math.Max(4 * n, m)),
            PerExample(4 * n * Blocks.Lanes), PerExample(sums * Blocks.Lanes), PerExample(loops * Blocks.Pad(4 * n)), PerExample(loops * (sums * Blocks.Lanes)),
            shared.Length.Number, perExample.Length);

        int Block(int entries) => shared.Take(entries, Blocks.Lanes).Number;

        // All of the regions that are shared come first.
        BatchOffset PerExample(Extent floats) => new(shared.Length.Number, perExample.Take(floats));
    }
}
