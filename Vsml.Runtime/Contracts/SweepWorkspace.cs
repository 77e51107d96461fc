namespace Vsml.Contracts;

/// <summary>Memory that a sweep needs but no later example does: forward messages and scratch space.</summary>
public sealed class SweepWorkspace
{
    /// <summary>Allocates the memory.</summary>
    /// <param name="shape">The network's shape.</param>
    /// <param name="batch">Examples that share a tick.</param>
    /// <exception cref="VsmlException">A part of it is larger than one array can be.</exception>
    public SweepWorkspace(NetworkShape shape, int batch)
    {
        Forward = NewForward(shape, batch);
        Scratch = new AlignedFloats(shape.ScratchFloatsOf(batch));
    }

    /// <summary>Forward messages at each boundary, [batch][entry][place]: the input at boundary 0, the unbounded output at boundary K. A tape puts its own here, to keep them.</summary>
    public AlignedFloats[] Forward { get; set; }

    /// <summary>Memory for the forward messages of one sweep.</summary>
    /// <param name="shape">The network's shape.</param>
    /// <param name="batch">Examples that share a tick.</param>
    public static AlignedFloats[] NewForward(NetworkShape shape, int batch)
    {
        var forward = new AlignedFloats[shape.Layers.Count + 1];
        for (var l = 0; l < forward.Length; l++)
            forward[l] = new AlignedFloats(shape.ForwardFloats(l, batch));
        return forward;
    }

    /// <summary>Scratch space of a turn.</summary>
    public AlignedFloats Scratch { get; }
}
