using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>Rearranges theta of every member for the kernels.</summary>
public static class ThetaPacking
{
    /// <summary>Packs one float of one member.</summary>
    /// <param name="index">Member times floats of packed theta, plus the float.</param>
    /// <param name="theta">Flat theta of each member.</param>
    /// <param name="packed">Receives packed theta of each member.</param>
    /// <param name="sources">For each float of packed theta, the index in flat theta; -1 for a zero.</param>
    /// <param name="factors">What it is multiplied by.</param>
    /// <param name="offsets">What is added before.</param>
    /// <param name="parameters">Number of meta-parameters.</param>
    public static void Pack(
        Index1D index, ArrayView<float> theta, ArrayView<float> packed, ArrayView<int> sources, ArrayView<float> factors, ArrayView<float> offsets, int parameters)
    {
        int member = index / sources.IntLength, i = index % sources.IntLength;
        packed[index] = sources[i] < 0 ? 0f : (theta[(long)member * parameters + sources[i]] + offsets[i]) * factors[i];
    }
}
