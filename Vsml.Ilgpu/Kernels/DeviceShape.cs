namespace Vsml.Ilgpu.Kernels;

/// <summary>What the runtime must know to allocate memory for kernels, and to fill it.</summary>
public sealed record DeviceShape
{
    /// <summary>How exactly the kernels compute.</summary>
    public DevicePrecision Precision { get; init; }

    /// <summary>Quads of h, or c, of one sub-RNN.</summary>
    public required int SubRnnQuads { get; init; }

    /// <summary>Quads of the state of one example of a batch: h, c and messages.</summary>
    public required int StateQuads { get; init; }

    /// <summary>Quads of an episode's scratch space.</summary>
    public required int ScratchQuads { get; init; }

    /// <summary>The same where the reverse pass runs as well.</summary>
    public required int GradientScratchQuads { get; init; }

    /// <summary>Quads of theta in the memory that a group of threads shares; 0 where theta is read through the cache.</summary>
    public int SharedQuads { get; init; }

    /// <summary>Most threads of a group.</summary>
    public required int MostThreads { get; init; }

    /// <summary>Sweeps of an example.</summary>
    public required int Sweeps { get; init; }

    /// <summary>Storage of the layers' states.</summary>
    public required IReadOnlyList<DeviceLayer> Layers { get; init; }

    /// <summary>The turns of an example.</summary>
    public required IReadOnlyList<Turn> Turns { get; init; }

    /// <summary>Where the reverse pass of each keeps things; empty where there is none.</summary>
    public IReadOnlyList<AdjointTurn> AdjointTurns { get; init; } = [];
}

/// <summary>Storage of a layer's states, see <see cref="Turn"/>.</summary>
public sealed record DeviceLayer
{
    /// <summary>Whether the lanes of a dense layer are its inputs and the loops its outputs, or the other way round.</summary>
    public required bool LanesAreInputs { get; init; }

    /// <summary>Places along the lanes; 1 in a convolution.</summary>
    public required int Lanes { get; init; }

    /// <summary>The same with padding.</summary>
    public required int PaddedLanes { get; init; }

    /// <summary>Places along the loops; sub-RNNs of a convolution.</summary>
    public required int Loops { get; init; }

    /// <summary>The same with padding.</summary>
    public required int PaddedLoops { get; init; }

    /// <summary>h, in quads from the beginning of a state; in half quads where it is stored as float16.</summary>
    public required int Hidden { get; init; }

    /// <summary>c, in quads.</summary>
    public required int Cell { get; init; }

    /// <summary>Index, in floats from the first of h or c, of an entry of a sub-RNN.</summary>
    /// <param name="subRnn">Its index in canonical order: [a, b], or [ky, kx, channel in, channel out].</param>
    /// <param name="entry">The entry.</param>
    /// <param name="subRnnQuads">Quads of h of one sub-RNN.</param>
    public int IndexOf(int subRnn, int entry, int subRnnQuads)
    {
        var (lane, loop) = LanesAreInputs ? (subRnn / Loops, subRnn % Loops) : (subRnn % Lanes, subRnn / Lanes);
        if (Lanes == 1) (lane, loop) = (0, subRnn);
        return 4 * ((loop * subRnnQuads + entry / 4) * PaddedLanes + lane) + entry % 4;
    }
}
