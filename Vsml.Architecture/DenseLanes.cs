using System;

namespace Vsml;

/// <summary>Which axis of a dense layer shares vectors on CPUs, so that planner and runtime agree.</summary>
public static class DenseLanes
{
    /// <summary>Lanes of a block: neighbouring sub-RNNs that lie side by side in memory, at every SIMD level.</summary>
    public const int Block = 16;

    /// <summary>
    /// Whether neighbouring inputs share a vector, or neighbouring outputs: the longer axis, unless the other one saves more than one lane
    /// in 64. Scratch space grows with the axis that is looped over: where that is the longer one it leaves the caches, which costs the
    /// reverse pass more than so few lanes.
    /// </summary>
    /// <param name="inputs">A.</param>
    /// <param name="outputs">B.</param>
    public static bool AreInputs(int inputs, int outputs)
    {
        var overLonger = Padded(Math.Max(inputs, outputs)) * Math.Min(inputs, outputs);
        var overShorter = Padded(Math.Min(inputs, outputs)) * Math.Max(inputs, outputs);
        return inputs >= outputs != overLonger - overShorter > overShorter / 64;
    }

    private static long Padded(int count) => ((long)count + Block - 1) / Block * Block;
}
