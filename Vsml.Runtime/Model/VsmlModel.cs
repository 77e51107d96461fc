using System.Collections.Concurrent;
using Vsml.Contracts;
using Vsml.Numerics;

namespace Vsml;

/// <summary>An architecture together with its compiled kernels. Immutable and shared by threads.</summary>
public sealed class VsmlModel
{
    private readonly Func<SimdLevel, NetworkKernels?> _create;
    private readonly ConcurrentDictionary<SimdLevel, NetworkKernels> _kernels = new();

    /// <summary>Makes a model; emitted code calls this.</summary>
    /// <param name="architecture">What was declared.</param>
    /// <param name="kernels">Makes the kernels of a level; null where none were compiled.</param>
    public VsmlModel(Architecture architecture, Func<SimdLevel, NetworkKernels?> kernels)
    {
        Architecture = architecture;
        Parameters = ParameterLayout.Of(architecture);
        _create = kernels;
    }

    /// <summary>What was declared.</summary>
    public Architecture Architecture { get; }

    /// <summary>Which meta-parameters it has.</summary>
    public ParameterLayout Parameters { get; }

    /// <summary>The kernels of a level.</summary>
    /// <param name="level">The level; tests may ask for one wider than the machine's, which then runs in software.</param>
    /// <exception cref="InvalidOperationException">No kernels were compiled into the program.</exception>
    public NetworkKernels Kernels(SimdLevel level) => _kernels.GetOrAdd(level, l => _create(l)
        ?? throw new InvalidOperationException("This model was compiled without kernels. Reference Vsml.Gen as a package, so that its generator runs in the build."));

    /// <summary>Rearranges theta for the kernels of a level.</summary>
    /// <param name="theta">The flat vector of <see cref="Parameters"/>.</param>
    /// <param name="level">The level.</param>
    /// <exception cref="VsmlException">The length differs.</exception>
    public PackedTheta Pack(ReadOnlySpan<float> theta, SimdLevel level)
    {
        if (theta.Length != Parameters.Count)
            throw new VsmlException($"theta has {theta.Length} values, but this architecture has {Parameters.Count} meta-parameters.");
        var packed = new PackedTheta(Parameters, level, new AlignedFloats(Kernels(level).Packing.PackedLength), new float[InitialCellFloats]);
        Repack(theta, packed);
        return packed;
    }

    /// <summary>Rearranges theta for this machine's widest level.</summary>
    /// <param name="theta">Meta-parameters of an architecture that shares its parameters with this one.</param>
    /// <exception cref="VsmlException">Theta belongs to another architecture.</exception>
    public PackedTheta Pack(MetaParameters theta)
    {
        if (!theta.Layout.Equals(Parameters))
            throw new VsmlException($"This theta has {theta.Layout.Count} meta-parameters in {theta.Layout.Tensors.Count} tensors and does not fit this architecture, which has {Parameters.Count} in {Parameters.Tensors.Count}. State size, message size, options and (with layer-wise parameters) depth must agree.");
        return Pack(theta.Values, SimdLevels.Widest);
    }

    /// <summary>Packs anew into memory that only the caller uses: a population's inner loop allocates nothing.</summary>
    internal void Repack(ReadOnlySpan<float> theta, PackedTheta packed)
    {
        Kernels(packed.Level).Packing.Pack(theta, packed.Packed);
        // Some parameters are read by no turn: whether theta is finite must not depend on which.
        if (theta.IndexOfNonFinite() >= 0) packed.Packed.Span.Fill(float.NaN);
        theta.CopyTo(packed.Flat);
        if (!Architecture.LearnedInitialCell) return;
        var n = Architecture.StateSize;
        for (var l = 0; l < Architecture.Layers.Count; l++)
        {
            var tensor = Parameters.Find(ParameterLayout.GroupOf(Architecture, l, backward: false), "initial_cell");
            theta.Slice(tensor.Offset, n).CopyTo(packed.InitialCells.AsSpan(l * n));
        }
    }

    private int InitialCellFloats => Architecture.LearnedInitialCell ? Architecture.Layers.Count * Architecture.StateSize : 0;
}
