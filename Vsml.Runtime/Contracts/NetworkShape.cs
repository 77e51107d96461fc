namespace Vsml.Contracts;

/// <summary>
/// What the runtime must know to allocate a learner's memory: where states lie, and how many entries of the messages between
/// layers are ever used. Boundary l lies before layer l; boundary K after the last.
/// </summary>
/// <param name="Layers">One per layer.</param>
/// <param name="BoundaryUnits">Message places at each boundary, K + 1 of them: inputs, hidden, ..., outputs.</param>
/// <param name="ForwardChannels">Entries stored of each forward message at a boundary: 1 for input and output, M between.</param>
/// <param name="BackwardChannels">Entries stored of each backward message at a boundary: 0 at the input, 1 or 2 (error, label) at the output, M between.</param>
/// <param name="ScratchFloatsPerExample">Work space of the widest turn, for each example of the batch.</param>
/// <param name="ScratchFloats">Work space that does not grow with the batch.</param>
public sealed record NetworkShape(
    IReadOnlyList<LayerStorage> Layers,
    IReadOnlyList<int> BoundaryUnits,
    IReadOnlyList<int> ForwardChannels,
    IReadOnlyList<int> BackwardChannels,
    int ScratchFloatsPerExample,
    int ScratchFloats)
{
    /// <summary>Places at a boundary, padded to whole blocks; the distance between two entries of its messages.</summary>
    /// <param name="boundary">Boundary index, 0 to K.</param>
    public int PaddedUnits(int boundary) => LayerStorage.Pad(BoundaryUnits[boundary]);

    /// <summary>Floats of h, or of c, of a layer.</summary>
    /// <param name="layer">Layer index from 0.</param>
    /// <param name="batch">Examples that share a tick.</param>
    /// <exception cref="VsmlException">More than one array can hold.</exception>
    public int StateFloats(int layer, int batch) => FloatCount.Of($"The states of layer {layer}", batch, Layers[layer].FloatsPerExample);

    /// <summary>Floats of the forward messages at a boundary.</summary>
    /// <param name="boundary">Boundary index, 0 to K.</param>
    /// <param name="batch">Examples that share a tick.</param>
    /// <exception cref="VsmlException">More than one array can hold.</exception>
    public int ForwardFloats(int boundary, int batch) => MessageFloats(boundary, batch, ForwardChannels[boundary], "forward");

    /// <summary>Floats of the backward messages at a boundary.</summary>
    /// <param name="boundary">Boundary index, 0 to K.</param>
    /// <param name="batch">Examples that share a tick.</param>
    /// <exception cref="VsmlException">More than one array can hold.</exception>
    public int BackwardFloats(int boundary, int batch) => MessageFloats(boundary, batch, BackwardChannels[boundary], "backward");

    /// <summary>Floats of a turn's scratch space.</summary>
    /// <param name="batch">Examples that share a tick.</param>
    /// <exception cref="VsmlException">More than one array can hold.</exception>
    public int ScratchFloatsOf(int batch) => FloatCount.Of("The work space of the widest layer", batch, ScratchFloatsPerExample, ScratchFloats);

    private int MessageFloats(int boundary, int batch, int channels, string direction) =>
        FloatCount.Of($"The {direction} messages {(boundary < Layers.Count ? $"before layer {boundary}" : "after the last layer")}", batch, (long)channels * PaddedUnits(boundary));
}
