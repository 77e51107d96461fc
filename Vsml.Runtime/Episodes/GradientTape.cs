using Vsml.Contracts;

namespace Vsml;

/// <summary>
/// What a stretch of examples leaves behind for the reverse pass: the state before every sweep, and the sweep's forward messages.
/// </summary>
internal sealed class GradientTape : ISweepMemory
{
    private readonly List<NetworkState> _states = [];
    private readonly List<AlignedFloats[]> _forward = [];
    private readonly NetworkShape _shape;
    private readonly int _batch;
    private readonly int _sweeps;
    private int _example;

    /// <summary>Makes a tape that grows as it is used.</summary>
    /// <param name="shape">The network's shape.</param>
    /// <param name="batch">Examples that share a tick.</param>
    /// <param name="sweeps">Sweeps of an example.</param>
    public GradientTape(NetworkShape shape, int batch, int sweeps) => (_shape, _batch, _sweeps) = (shape, batch, sweeps);

    /// <summary>The state at the start of an example, which is that at the end of the one before.</summary>
    /// <param name="example">Index of the example on the tape.</param>
    public NetworkState Start(int example) => State(example * _sweeps);

    /// <summary>Turns to an example.</summary>
    /// <param name="example">Its index on the tape.</param>
    /// <returns>This tape, as the memory of that example.</returns>
    public ISweepMemory At(int example)
    {
        _example = example;
        return this;
    }

    /// <inheritdoc/>
    public NetworkState Before(int sweep) => State(_example * _sweeps + sweep);

    /// <inheritdoc/>
    public NetworkState After(int sweep) => State(_example * _sweeps + sweep + 1);

    /// <inheritdoc/>
    public AlignedFloats[] Forward(int sweep)
    {
        var index = _example * _sweeps + sweep;
        while (_forward.Count <= index) _forward.Add(SweepWorkspace.NewForward(_shape, _batch));
        return _forward[index];
    }

    private NetworkState State(int index)
    {
        while (_states.Count <= index) _states.Add(new NetworkState(_shape, _batch));
        return _states[index];
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
