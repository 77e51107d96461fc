namespace Vsml.Contracts;

/// <summary>The compiled sweeps of one architecture at one SIMD level. Emitted code derives from it; it holds no state and is shared by threads.</summary>
public abstract class NetworkKernels
{
    /// <summary>Makes kernels; emitted code calls this.</summary>
    /// <param name="level">The SIMD level that the code is written for.</param>
    /// <param name="shape">Sizes of the memory that the sweeps work on.</param>
    /// <param name="packing">How theta is rearranged for them.</param>
    /// <param name="adjointScratchFloats">Scratch space of the adjoint sweeps, whatever the batch.</param>
    protected NetworkKernels(SimdLevel level, NetworkShape shape, ThetaPacking packing, int adjointScratchFloats) =>
        (Level, Shape, Packing, AdjointScratchFloats) = (level, shape, packing, adjointScratchFloats);

    /// <summary>The SIMD level that the code is written for.</summary>
    public SimdLevel Level { get; }

    /// <summary>Sizes of the memory that the sweeps work on.</summary>
    public NetworkShape Shape { get; }

    /// <summary>How theta is rearranged for the sweeps.</summary>
    public ThetaPacking Packing { get; }

    /// <summary>Scratch space of the adjoint sweeps, in floats, whatever the batch.</summary>
    public int AdjointScratchFloats { get; }

    /// <summary>One sweep from the first layer to the last.</summary>
    /// <param name="packed">Packed theta.</param>
    /// <param name="source">State before the sweep.</param>
    /// <param name="target">Takes the new states and backward messages; may be <paramref name="source"/>.</param>
    /// <param name="workspace">Holds the input; takes forward messages and output.</param>
    /// <param name="merge">Whether this is the first sweep of an example, before which the batch's states are averaged in part (model.md, batch &gt; 1).</param>
    public abstract void ForwardSweep(AlignedFloats packed, NetworkState source, NetworkState target, SweepWorkspace workspace, bool merge);

    /// <summary>One sweep from the last layer to the first, once the error is known. Does nothing in networks without one.</summary>
    /// <param name="packed">Packed theta.</param>
    /// <param name="source">State before the sweep, the error and label at boundary K.</param>
    /// <param name="target">Takes the new states and backward messages; may be <paramref name="source"/>.</param>
    /// <param name="workspace">Holds the input and the forward messages of the sweep before.</param>
    public virtual void BackwardSweep(AlignedFloats packed, NetworkState source, NetworkState target, SweepWorkspace workspace)
    {
    }

    /// <summary>
    /// Reverse of <see cref="ForwardSweep"/>: turns gradients with respect to its results into gradients with respect to what it
    /// was given, and adds those of theta.
    /// </summary>
    /// <param name="packed">Packed theta.</param>
    /// <param name="source">State before the sweep (after merging).</param>
    /// <param name="forward">Forward messages of the sweep.</param>
    /// <param name="adjoint">Gradients, and memory.</param>
    /// <param name="merge">Whether the sweep merged the batch's states.</param>
    public abstract void AdjointForwardSweep(AlignedFloats packed, NetworkState source, AlignedFloats[] forward, AdjointWorkspace adjoint, bool merge);

    /// <summary>Reverse of <see cref="BackwardSweep"/>.</summary>
    /// <param name="packed">Packed theta.</param>
    /// <param name="source">State before the sweep, the error and label at boundary K.</param>
    /// <param name="target">State after the sweep, for the backward messages that were sent in it.</param>
    /// <param name="forward">Forward messages of the sweep before.</param>
    /// <param name="adjoint">Gradients, and memory.</param>
    public virtual void AdjointBackwardSweep(AlignedFloats packed, NetworkState source, NetworkState target, AlignedFloats[] forward, AdjointWorkspace adjoint)
    {
    }
}
