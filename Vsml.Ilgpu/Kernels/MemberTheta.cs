using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>Theta of the members of a population, on the device.</summary>
public static class MemberTheta
{
    /// <summary>Packs one float of one member.</summary>
    /// <param name="index">Member times floats of packed theta, plus the float.</param>
    /// <param name="theta">Flat theta of each member.</param>
    /// <param name="packed">Receives packed theta of each member.</param>
    /// <param name="sources">For each float of packed theta, the index in flat theta; -1 for a zero.</param>
    /// <param name="factors">What it is multiplied by.</param>
    /// <param name="offsets">What is then added.</param>
    /// <param name="parameters">Number of meta-parameters.</param>
    public static void Pack(
        Index1D index, ArrayView<float> theta, ArrayView<float> packed, ArrayView<int> sources, ArrayView<float> factors, ArrayView<float> offsets, int parameters)
    {
        int member = index / sources.IntLength, i = index % sources.IntLength;
        packed[index] = sources[i] < 0 ? 0f : theta[(long)member * parameters + sources[i]] * factors[i] + offsets[i];
    }
}
