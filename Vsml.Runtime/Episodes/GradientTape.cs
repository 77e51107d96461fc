using Vsml.Contracts;

namespace Vsml;

/// <summary>
/// What a stretch of examples leaves behind for the reverse pass: the state before every sweep, and the sweep's forward messages.
/// </summary>
internal sealed class GradientTape
{
    private readonly List<NetworkState> _states = [];
    private readonly List<AlignedFloats[]> _forward = [];
    private readonly NetworkShape _shape;
    private readonly int _batch;

    /// <summary>Makes a tape that grows as it is used.</summary>
    public GradientTape(NetworkShape shape, int batch)
    {
        _shape = shape;
        _batch = batch;
        _states.Add(new NetworkState(shape, batch));
    }

    /// <summary>The state before a sweep.</summary>
    public NetworkState State(int sweep)
    {
        while (_states.Count <= sweep) _states.Add(new NetworkState(_shape, _batch));
        return _states[sweep];
    }

    /// <summary>The forward messages of a sweep.</summary>
    public AlignedFloats[] Forward(int sweep)
    {
        while (_forward.Count <= sweep) _forward.Add(SweepWorkspace.NewForward(_shape, _batch));
        return _forward[sweep];
    }

    /// <summary>Bytes that one state takes.</summary>
    public static long StateBytes(NetworkShape shape, int batch)
    {
        var floats = 0L;
        for (var l = 0; l < shape.Layers.Count; l++) floats += 2L * shape.StateFloats(l, batch);
        for (var l = 0; l <= shape.Layers.Count; l++) floats += shape.BackwardFloats(l, batch);
        return floats * sizeof(float);
    }

    /// <summary>Bytes that one sweep takes: a state and forward messages.</summary>
    public static long SweepBytes(NetworkShape shape, int batch)
    {
        var floats = 0L;
        for (var l = 0; l <= shape.Layers.Count; l++) floats += shape.ForwardFloats(l, batch);
        return StateBytes(shape, batch) + floats * sizeof(float);
    }
}
