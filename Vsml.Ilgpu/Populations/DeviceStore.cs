using Vsml.Ilgpu.Kernels;

namespace Vsml.Ilgpu;

/// <summary>What a learner on a device has learned.</summary>
/// <param name="model">Its model.</param>
/// <param name="buffers">Its memory, with one episode of batch 1.</param>
/// <param name="thetaDigest">The digest of its theta.</param>
internal sealed class DeviceStore(IlgpuModel model, EpisodeBuffers buffers, string thetaDigest) : ILearnerStore
{
    /// <inheritdoc/>
    public Architecture Architecture => model.Architecture;

    /// <inheritdoc/>
    public string ThetaDigest => thetaDigest;

    private DeviceShape Shape => model.Kernels.Shape;

    /// <inheritdoc/>
    public LearnedState Get(IReadOnlyList<WaitingMessages> messages)
    {
        var image = new StateImage(Shape, Architecture, batch: 1);
        buffers.GetStates(0, image.Floats);
        var layers = Enumerable.Range(0, Architecture.Layers.Count);
        var state = new LearnedState(
            [.. layers.Select(layer => image.Export(layer, isCell: true))], [.. layers.Select(layer => image.Export(layer, isCell: false))], [.. messages.Select(which => new float[which.Floats])]);
        foreach (var (which, values) in messages.Zip(state.Messages))
            if (Place(which.Boundary) is { } place)
                for (var i = 0; i < values.Length; i++) values[i] = image.Floats[IndexOf(place, which, i)];
        return state;
    }

    /// <inheritdoc/>
    public void Set(IReadOnlyList<WaitingMessages> messages, LearnedState state)
    {
        var image = new StateImage(Shape, Architecture, batch: 1);
        for (var l = 0; l < state.Cells.Length; l++)
        {
            image.Import(l, isCell: true, state.Cells[l]);
            image.Import(l, isCell: false, state.Hidden[l]);
        }
        foreach (var (which, values) in messages.Zip(state.Messages))
            if (Place(which.Boundary) is { } place)
                for (var i = 0; i < values.Length; i++) image.Floats[IndexOf(place, which, i)] = values[i];
        buffers.SetStates(0, image.Floats);
    }

    // Where the layer before the boundary finds them in its first turn; null where nobody reads them any more.
    private Received? Place(int boundary)
    {
        var layer = Shape.Layers[boundary - 1];
        var turn = Shape.Turns.First(other => other.Cell == layer.Cell);
        var received = layer.LanesAreInputs ? turn.FromLoops : turn.FromLanes;
        return received.Origin == Received.Source ? received : null;
    }

    private static int IndexOf(Received received, WaitingMessages messages, int index) =>
        4 * (received.Offset + messages.PlaceAt(index) * received.Quads + messages.EntryAt(index) / 4) + messages.EntryAt(index) % 4;
}
