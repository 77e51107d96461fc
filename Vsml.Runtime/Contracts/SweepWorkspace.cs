namespace Vsml.Contracts;

/// <summary>Memory that a sweep needs but no later example does: forward messages and scratch space.</summary>
public sealed class SweepWorkspace
{
    /// <summary>Allocates the memory.</summary>
    /// <param name="shape">The network's shape.</param>
    /// <param name="batch">Examples that share a tick.</param>
    public SweepWorkspace(NetworkShape shape, int batch)
    {
        Forward = new AlignedFloats[shape.Layers.Count + 1];
        for (var l = 0; l <= shape.Layers.Count; l++)
            Forward[l] = new AlignedFloats(batch * shape.ForwardChannels[l] * shape.PaddedUnits(l));
        Scratch = new AlignedFloats(checked(shape.ScratchFloats + batch * shape.ScratchFloatsPerExample));
    }

    /// <summary>Forward messages at each boundary, [batch][entry][place]: the input at boundary 0, the unbounded output at boundary K.</summary>
    public AlignedFloats[] Forward { get; }

    /// <summary>Scratch space of a turn.</summary>
    public AlignedFloats Scratch { get; }
}
