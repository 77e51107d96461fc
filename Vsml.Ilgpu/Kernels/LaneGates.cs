using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>What the message along the lanes adds to the gates of a thread's sub-RNNs; which way is known when kernels are compiled.</summary>
public interface ILaneGates
{
    /// <summary>Adds to the gates of one state entry.</summary>
    /// <param name="gates">The gates.</param>
    /// <param name="lane">The thread's lane.</param>
    /// <param name="unit">The state entry.</param>
    static abstract Quad Add(Quad gates, LaneGates lane, int unit);

    /// <summary>Adds to those of two sub-RNNs.</summary>
    static abstract QuadPair Add(QuadPair gates, LaneGates lane, int unit);
}

/// <summary>A lane, and where what its message adds to the gates is found.</summary>
public struct LaneGates
{
    /// <summary>The first entries of the message.</summary>
    public Quad Message;

    /// <summary>Packed theta.</summary>
    public ArrayView<Quad> Theta;

    /// <summary>Rows of the gates' weights, in theta.</summary>
    public int Rows;

    /// <summary>Scratch space.</summary>
    public ArrayView<Quad> Scratch;

    /// <summary>What was projected for this lane, in scratch.</summary>
    public int Projected;

    /// <summary>From one state entry's to the next one's.</summary>
    public int PaddedLanes;

    /// <summary>Those of a lane.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="example">The example.</param>
    /// <param name="theta">Packed theta.</param>
    /// <param name="lane">The lane.</param>
    public static LaneGates At(in Turn turn, Example example, ArrayView<Quad> theta, int lane) => new()
    {
        Message = example.Message(turn.FromLanes, lane, 0),
        Theta = theta,
        Rows = turn.FromLanes.Rows,
        Scratch = example.Scratch,
        Projected = turn.LaneGates + lane,
        PaddedLanes = turn.PaddedLanes,
    };
}

/// <summary>No message comes in along the lanes.</summary>
public struct NoMessage : ILaneGates
{
    /// <inheritdoc/>
    public static Quad Add(Quad gates, LaneGates lane, int unit) => gates;

    /// <inheritdoc/>
    public static QuadPair Add(QuadPair gates, LaneGates lane, int unit) => gates;
}

/// <summary>A message of one entry: the network's input, or the error.</summary>
public struct OneEntry : ILaneGates
{
    /// <inheritdoc/>
    public static Quad Add(Quad gates, LaneGates lane, int unit) => Quad.MultiplyAdd(lane.Message.X, lane.Theta[lane.Rows + unit], gates);

    /// <inheritdoc/>
    public static QuadPair Add(QuadPair gates, LaneGates lane, int unit) => QuadPair.MultiplyAdd(lane.Message.X, lane.Theta[lane.Rows + unit], gates);
}

/// <summary>Messages that were projected before (<see cref="Projection"/>).</summary>
public struct ProjectedMessage : ILaneGates
{
    /// <inheritdoc/>
    public static Quad Add(Quad gates, LaneGates lane, int unit) => gates + lane.Scratch[lane.Projected + unit * lane.PaddedLanes];

    /// <inheritdoc/>
    public static QuadPair Add(QuadPair gates, LaneGates lane, int unit) => gates + lane.Scratch[lane.Projected + unit * lane.PaddedLanes];
}
