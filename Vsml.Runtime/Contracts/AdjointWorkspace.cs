namespace Vsml.Contracts;

/// <summary>What an adjoint sweep works on: gradients with respect to states and messages, sums of theta's gradient, and scratch space.</summary>
public sealed class AdjointWorkspace
{
    /// <summary>Allocates the memory.</summary>
    /// <param name="kernels">The kernels.</param>
    /// <param name="parameters">Number of meta-parameters.</param>
    /// <param name="batch">Examples that share a tick.</param>
    /// <exception cref="VsmlException">A part of it is larger than one array can be.</exception>
    public AdjointWorkspace(NetworkKernels kernels, int parameters, int batch)
    {
        State = new NetworkState(kernels.Shape, batch);
        Forward = SweepWorkspace.NewForward(kernels.Shape, batch);
        ThetaSums = new AlignedFloats(FloatCount.Of("The sums of theta's gradient", LayerStorage.BlockLanes, parameters));
        Theta = new AlignedFloats(parameters + LayerStorage.BlockLanes);
        Scratch = new AlignedFloats(kernels.AdjointScratchFloats);
    }

    /// <summary>Gradients with respect to h, c and the backward messages.</summary>
    public NetworkState State { get; }

    /// <summary>Gradients with respect to the forward messages at each boundary.</summary>
    public AlignedFloats[] Forward { get; }

    /// <summary>The flat meta-parameters as they are, not packed.</summary>
    public AlignedFloats Theta { get; }

    /// <summary>The gradient of every meta-parameter in 16 partial sums, one per lane: [parameter][16].</summary>
    public AlignedFloats ThetaSums { get; }

    /// <summary>Scratch space of a turn.</summary>
    public AlignedFloats Scratch { get; }

    /// <summary>Adds up the lanes of <see cref="ThetaSums"/>.</summary>
    /// <param name="gradient">Receives the gradient [parameters].</param>
    public void ReadGradient(Span<float> gradient)
    {
        for (var i = 0; i < gradient.Length; i++)
        {
            ref var sums = ref ThetaSums.Span[i * LayerStorage.BlockLanes];
            gradient[i] = LaneSums.Of(System.Runtime.Intrinsics.Vector512.LoadUnsafe(ref sums));
        }
    }
}
