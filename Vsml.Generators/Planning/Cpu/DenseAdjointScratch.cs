using System;

namespace Vsml.Generators.Planning;

/// <summary>
/// Where the scratch space of a dense layer's adjoint turn lies, which takes one example after the other. Gates of a few places are
/// kept until their weights' gradient is taken at once: with more of them loading and storing an accumulator costs less, but they have
/// to stay in the first-level cache.
/// </summary>
/// <param name="Chunk">Places of the looped axis whose gates are kept at once; named "chunk" where their number is free.</param>
/// <param name="MostChunk">The most that stay in the cache.</param>
/// <param name="Gates">Gates kept: [place][tick][i, g, f, o, tanh c'].</param>
/// <param name="Columns">h before each micro tick, lane by lane: [place][tick][lane][entries in whole vectors].</param>
/// <param name="ColumnFloats">Floats of these.</param>
/// <param name="Cells">c after each micro tick of a place.</param>
/// <param name="Hiddens">h after each.</param>
/// <param name="HiddenAdjoint">Gradient of h of a place.</param>
/// <param name="Messages">Messages of a block, with layer norm.</param>
/// <param name="Lane">What messages along the lanes add to the gates of a block.</param>
/// <param name="LaneAdjoint">Its gradient.</param>
/// <param name="LaneSums">Sums for the messages along the lanes.</param>
/// <param name="LaneSpread">What their gradients give to each summand.</param>
/// <param name="RecurrentGradient">Gradient of the recurrent weights: [gate][unit][k in whole vectors].</param>
/// <param name="RecurrentFloats">Floats of it.</param>
/// <param name="LoopGates">What messages along the looped axis add to the gates: [place].</param>
/// <param name="LoopAdjoint">Its gradient: [place], to be summed over lanes.</param>
/// <param name="LoopSums">Sums for the messages along the looped axis: [place].</param>
/// <param name="LoopSpread">What their gradients give to each summand: [place].</param>
/// <param name="Length">Floats in all.</param>
public sealed record DenseAdjointScratch(
    Extent Chunk, int MostChunk, Extent Gates, Extent Columns, Extent ColumnFloats, Extent Cells, Extent Hiddens, Extent HiddenAdjoint, Extent Messages, Extent Lane, Extent LaneAdjoint,
    Extent LaneSums, Extent LaneSpread, Extent RecurrentGradient, int RecurrentFloats, Extent LoopGates, Extent LoopAdjoint, Extent LoopSums, Extent LoopSpread, Extent Length)
{
    // A third of 32 KiB, in floats.
    private const int ChunkFloats = 10 * 1024 / sizeof(float);

    /// <summary>Floats of one place of <see cref="LoopAdjoint"/>: a cache line more than a multiple of its size, else all places would fall into the same few cache sets.</summary>
    /// <param name="plan">The plan.</param>
    public static int LoopAdjointFloats(CpuPlan plan) => (4 * plan.StateSize + 1) * Blocks.Lanes;

    /// <summary>The scratch space of a turn.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="ticks">Micro ticks of the turn.</param>
    /// <param name="loops">Extent of the axis that is looped over.</param>
    /// <param name="paddedState">Entries of a state in whole vectors of transposed states.</param>
    public static DenseAdjointScratch Of(CpuPlan plan, int ticks, Extent loops, int paddedState)
    {
        var n = plan.StateSize;
        var (block, gate, sums) = (n * Blocks.Lanes, 4 * n * Blocks.Lanes, plan.Network.SummandEntries * Blocks.Lanes);
        var most = Math.Max(1, ChunkFloats / (ticks * 5 * block));
        var chunk = loops.IsFree ? Extent.Named("chunk") : Math.Min(loops.Number, most);
        var (columns, recurrent) = (chunk * checked(ticks * paddedState * Blocks.Lanes), checked(4 * n * paddedState));
        var regions = new Regions();
        return new(
            chunk, most,
            regions.Take(chunk * checked(ticks * 5 * block)), regions.Take(columns), columns,
            regions.Take(ticks, block), regions.Take(ticks, block), regions.Take(block), regions.Take(plan.MessageSize, Blocks.Lanes),
            regions.Take(gate), regions.Take(gate), regions.Take(sums), regions.Take(sums),
            regions.Take(recurrent), recurrent,
            regions.Take(loops * Blocks.Pad(4 * n)), regions.Take(loops * LoopAdjointFloats(plan)), regions.Take(loops * sums), regions.Take(loops * sums),
            regions.Length);
    }
}
