using Vsml.Contracts;

namespace Vsml;

/// <summary>
/// An architecture that leaves sizes of its dense layers free, together with kernels that take them when a learner is made: one
/// compilation for all sizes. It gives a <see cref="VsmlModel"/> for any of them, with the same bits as a layout with these numbers
/// written down. Immutable and shared by threads.
/// </summary>
public sealed class FreeSizeModel
{
    private readonly Func<SimdLevel, IReadOnlyList<int>, NetworkKernels?> _create;

    /// <summary>Makes a model; emitted code calls this.</summary>
    /// <param name="architecture">What was declared.</param>
    /// <param name="kernels">Makes the kernels of a level for the sizes at all boundaries; null where none were compiled.</param>
    public FreeSizeModel(Architecture architecture, Func<SimdLevel, IReadOnlyList<int>, NetworkKernels?> kernels)
    {
        Architecture = architecture;
        Parameters = ParameterLayout.Of(architecture);
        SizeNames = FreeSizes.NamesOf(architecture);
        _create = kernels;
    }

    /// <summary>What was declared.</summary>
    public Architecture Architecture { get; }

    /// <summary>Which meta-parameters it has, whatever the sizes.</summary>
    public ParameterLayout Parameters { get; }

    /// <summary>What is free, in the order in which sizes are given: for example inputs, hidden, outputs.</summary>
    public IReadOnlyList<string> SizeNames { get; }

    /// <summary>The model of given sizes. It costs microseconds, compiles nothing, and theta packed for one model serves those of all sizes.</summary>
    /// <param name="sizes">One for each of <see cref="SizeNames"/>, at least 1 each.</param>
    /// <exception cref="VsmlException">There are more or fewer, one is not positive, or a layer would be too large.</exception>
    public VsmlModel ForSizes(params ReadOnlySpan<int> sizes)
    {
        if (sizes.Length != SizeNames.Count)
            throw new VsmlException($"This model leaves {SizeNames.Count} sizes free ({string.Join(", ", SizeNames)}), but {sizes.Length} {(sizes.Length == 1 ? "is" : "are")} given. Give one for each.");
        var given = FreeSizes.Give(Architecture, sizes.ToArray());
        return ArchitectureRules.Check(given).FirstOrDefault(problem => !problem.IsWarning) is { } wrong
            ? throw new VsmlException($"With {string.Join(", ", SizeNames.Zip(sizes.ToArray(), (name, size) => $"{name} {size}"))}: {wrong.Path}: {wrong.Message}")
            : Make(given);
    }

    /// <summary>Whether an architecture is this one with its free sizes given. Initial cells and the bound of the output may differ: no kernel knows them.</summary>
    /// <param name="architecture">A valid architecture.</param>
    public bool Covers(Architecture architecture)
    {
        if (architecture.HasFreeSizes || architecture.Layers.Count != Architecture.Layers.Count) return false;
        var (free, given) = (FreeSizes.AtBoundaries(Architecture), FreeSizes.AtBoundaries(architecture));
        int[] sizes = [.. given.Where((_, boundary) => free[boundary] is null).Select(size => size!.Value)];
        return OfKernels(FreeSizes.Give(Architecture, sizes)) == OfKernels(architecture);
    }

    /// <summary>The model of an architecture.</summary>
    /// <param name="architecture">One that this model <see cref="Covers"/>.</param>
    /// <exception cref="VsmlException">It is another architecture.</exception>
    public VsmlModel For(Architecture architecture) => Covers(architecture)
        ? Make(architecture)
        : throw new VsmlException($"This model has the layers {string.Join(", ", Architecture.Layers.Select(layer => layer.ToString()))} and does not run {string.Join(", ", architecture.Layers.Select(layer => layer.ToString()))}; layers that are given, and all options, must agree.");

    private static Architecture OfKernels(Architecture architecture)
    {
        var standard = new Architecture();
        return architecture with { InitialCellScale = standard.InitialCellScale, InitialRandomFraction = standard.InitialRandomFraction, OutputBound = standard.OutputBound };
    }

    private VsmlModel Make(Architecture given)
    {
        int[] sizes = [.. FreeSizes.AtBoundaries(given).Select(size => size!.Value)];
        return new VsmlModel(given, level => _create(level, sizes));
    }
}
