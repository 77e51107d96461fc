namespace Vsml.Contracts;

/// <summary>
/// Everything that an episode has learned so far: h and c of every sub-RNN, and the backward messages that wait for the next
/// sweep. Messages at a boundary are stored [batch][entry][place, padded to whole blocks].
/// </summary>
public sealed class NetworkState
{
    /// <summary>Allocates a state of zeros.</summary>
    /// <param name="shape">The network's shape.</param>
    /// <param name="batch">Examples that share a tick.</param>
    /// <param name="discards">True for a target that keeps messages but throws the sub-RNNs' new states away.</param>
    /// <exception cref="VsmlException">A part of it is larger than one array can be.</exception>
    public NetworkState(NetworkShape shape, int batch, bool discards = false)
    {
        Batch = batch;
        StateStep = discards ? 0u : 1u;
        Hidden = new AlignedFloats[shape.Layers.Count];
        Cell = new AlignedFloats[shape.Layers.Count];
        Backward = new AlignedFloats[shape.Layers.Count + 1];
        for (var l = 0; l < shape.Layers.Count; l++)
        {
            var layer = shape.Layers[l];
            var floats = discards ? LayerStorage.BlockLanes * LayerStorage.Pad(layer.StateSize) : shape.StateFloats(l, batch);
            Hidden[l] = new AlignedFloats(floats);
            Cell[l] = new AlignedFloats(floats);
        }
        for (var l = 0; l <= shape.Layers.Count; l++)
            Backward[l] = new AlignedFloats(shape.BackwardFloats(l, batch));
    }

    /// <summary>Examples that share a tick.</summary>
    public int Batch { get; }

    /// <summary>1, or 0 where every sub-RNN writes its new state to the same place, to be thrown away.</summary>
    public nuint StateStep { get; }

    /// <summary>h of each layer, in its <see cref="LayerStorage"/>.</summary>
    public AlignedFloats[] Hidden { get; }

    /// <summary>c of each layer, in its <see cref="LayerStorage"/>.</summary>
    public AlignedFloats[] Cell { get; }

    /// <summary>Backward messages at each boundary; at boundary K the pending error, and the label with label feedback.</summary>
    public AlignedFloats[] Backward { get; }

    /// <summary>Sets everything to zero, as before an episode.</summary>
    public void Clear()
    {
        foreach (var floats in Hidden) floats.Span.Clear();
        foreach (var floats in Cell) floats.Span.Clear();
        foreach (var floats in Backward) floats.Span.Clear();
    }

    /// <summary>Copies all of another state of the same shape and batch.</summary>
    /// <param name="other">Where to copy from.</param>
    public void CopyFrom(NetworkState other)
    {
        for (var l = 0; l < Hidden.Length; l++)
        {
            other.Hidden[l].Span.CopyTo(Hidden[l].Span);
            other.Cell[l].Span.CopyTo(Cell[l].Span);
        }
        for (var l = 0; l < Backward.Length; l++) other.Backward[l].Span.CopyTo(Backward[l].Span);
    }

    /// <summary>Floats of everything.</summary>
    /// <exception cref="VsmlException">More than one array can hold.</exception>
    public int FloatCount => Contracts.FloatCount.Of("States and backward messages of all layers", Batch, perExample: 0, shared: Parts.Sum(floats => (long)floats.Length));

    /// <summary>Writes everything as one vector of <see cref="FloatCount"/>, in an order that only this layout has.</summary>
    /// <param name="saved">Receives the floats.</param>
    public void Save(Span<float> saved)
    {
        foreach (var floats in Parts)
        {
            floats.Span.CopyTo(saved);
            saved = saved[floats.Length..];
        }
    }

    /// <summary>Takes over what <see cref="Save"/> wrote.</summary>
    /// <param name="saved">The floats.</param>
    public void Load(ReadOnlySpan<float> saved)
    {
        foreach (var floats in Parts)
        {
            saved[..floats.Length].CopyTo(floats.Span);
            saved = saved[floats.Length..];
        }
    }

    private IEnumerable<AlignedFloats> Parts => [.. Hidden, .. Cell, .. Backward];
}
