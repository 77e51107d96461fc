namespace Vsml.Contracts;

/// <summary>The axis of a layer whose neighbours share a vector.</summary>
public enum LaneAxis
{
    /// <summary>A block holds 16 neighbouring inputs a of a dense layer; outputs b are looped over.</summary>
    Inputs,

    /// <summary>A block holds 16 neighbouring outputs b of a dense layer; inputs a are looped over.</summary>
    Outputs,

    /// <summary>A block is one sub-RNN of a convolution; its entries are neighbours.</summary>
    Entries,
}

/// <summary>
/// Where the states of a layer's sub-RNNs lie: [block][loop][batch][entry][16 lanes], the same at every SIMD level, with the
/// lane axis padded to whole blocks. With lanes over entries: [sub-RNN][batch][entries padded to 16].
/// </summary>
/// <param name="Axis">What the lanes are.</param>
/// <param name="Inputs">A of a dense layer.</param>
/// <param name="Outputs">B of a dense layer.</param>
/// <param name="StateSize">N.</param>
public readonly record struct LayerStorage(LaneAxis Axis, int Inputs, int Outputs, int StateSize)
{
    /// <summary>Lanes of a block; a narrower vector takes a block in several pieces.</summary>
    public const int BlockLanes = 16;

    /// <summary>A dense layer, its lanes along the axis that suits its sizes.</summary>
    /// <param name="inputs">A.</param>
    /// <param name="outputs">B.</param>
    /// <param name="stateSize">N.</param>
    public static LayerStorage Dense(int inputs, int outputs, int stateSize) =>
        new(DenseLanes.AreInputs(inputs, outputs) ? LaneAxis.Inputs : LaneAxis.Outputs, inputs, outputs, stateSize);

    /// <summary>Extent of the axis of a dense layer that is looped over; in a convolution all sub-RNNs.</summary>
    public int Loops => Axis switch { LaneAxis.Inputs => Outputs, LaneAxis.Outputs => Inputs, _ => SubRnns };

    /// <summary>Number of sub-RNNs.</summary>
    public int SubRnns => checked(Inputs * Outputs);

    /// <summary>Floats of h, or of c, of one example of the batch, padding included.</summary>
    public int FloatsPerExample => checked(Axis switch
    {
        LaneAxis.Inputs => Pad(Inputs) * Outputs * StateSize,
        LaneAxis.Outputs => Pad(Outputs) * Inputs * StateSize,
        _ => SubRnns * Pad(StateSize),
    });

    /// <summary>Rounds up to whole blocks.</summary>
    /// <param name="count">A number of neighbours.</param>
    public static int Pad(int count) => checked(count + BlockLanes - 1) / BlockLanes * BlockLanes;

    /// <summary>Index of entry 0 of a sub-RNN; entry n lies n * <see cref="EntryStride"/> further on.</summary>
    /// <param name="a">Input index.</param>
    /// <param name="b">Output index.</param>
    /// <param name="example">Example of the batch.</param>
    /// <param name="batch">Batch size.</param>
    public int IndexOf(int a, int b, int example, int batch)
    {
        if (Axis == LaneAxis.Entries) return ((a * Outputs + b) * batch + example) * Pad(StateSize);
        var (lane, loop, loops) = Axis == LaneAxis.Inputs ? (a, b, Outputs) : (b, a, Inputs);
        return ((lane / BlockLanes * loops + loop) * batch + example) * StateSize * BlockLanes + lane % BlockLanes;
    }

    /// <summary>Distance between neighbouring entries of one sub-RNN.</summary>
    public int EntryStride => Axis == LaneAxis.Entries ? 1 : BlockLanes;

    /// <summary>Copies states from canonical order [batch, sub-RNN (a, b), N] into storage; padding lanes are left alone.</summary>
    /// <param name="canonical">batch * A * B * N floats.</param>
    /// <param name="stored">The layer's block of h or c.</param>
    /// <param name="batch">Batch size.</param>
    public void Import(ReadOnlySpan<float> canonical, Span<float> stored, int batch)
    {
        var from = 0;
        for (var e = 0; e < batch; e++)
            for (var a = 0; a < Inputs; a++)
                for (var b = 0; b < Outputs; b++)
                {
                    var to = IndexOf(a, b, e, batch);
                    for (var n = 0; n < StateSize; n++, to += EntryStride) stored[to] = canonical[from++];
                }
    }

    /// <summary>Copies states from storage into canonical order [batch, sub-RNN (a, b), N].</summary>
    /// <param name="stored">The layer's block of h or c.</param>
    /// <param name="canonical">batch * A * B * N floats.</param>
    /// <param name="batch">Batch size.</param>
    public void Export(ReadOnlySpan<float> stored, Span<float> canonical, int batch)
    {
        var to = 0;
        for (var e = 0; e < batch; e++)
            for (var a = 0; a < Inputs; a++)
                for (var b = 0; b < Outputs; b++)
                {
                    var from = IndexOf(a, b, e, batch);
                    for (var n = 0; n < StateSize; n++, from += EntryStride) canonical[to++] = stored[from];
                }
    }
}
