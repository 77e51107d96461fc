using System.Linq;
using Microsoft.CodeAnalysis;
using Vsml.Generators.Planning.Ilgpu;

namespace Vsml.Generators.Declaration;

/// <summary>What a project references of ILGPU and of the runtime of kernels for it.</summary>
/// <param name="HasIlgpu">Whether it references ILGPU.</param>
/// <param name="HasRuntime">Whether it references Vsml.Ilgpu.</param>
internal readonly record struct IlgpuReference(bool HasIlgpu, bool HasRuntime)
{
    /// <summary>All that kernels need.</summary>
    public static IlgpuReference Complete => new(HasIlgpu: true, HasRuntime: true);

    /// <summary>What a project references.</summary>
    /// <param name="compilation">The project.</param>
    public static IlgpuReference Of(Compilation compilation) => new(
        compilation.ReferencedAssemblyNames.Any(assembly => assembly.Name == "ILGPU"), compilation.ReferencedAssemblyNames.Any(assembly => assembly.Name == "Vsml.Ilgpu"));

    /// <summary>Why a model of a project that references ILGPU gets no kernels for it; null if it does, or if nobody asks for them.</summary>
    /// <param name="model">The model.</param>
    public string? ReasonAgainst(ModelDeclaration model) =>
        !HasIlgpu || model.HasIlgpuKernels ? null
        : HasRuntime && model.Architecture.HasFreeSizes ? "its sizes are free. Write them down, or compile a layout with given sizes while the program runs."
        : HasRuntime && IlgpuPlan.Problem(model.Architecture, model.Precision) is { } problem ? problem
        : HasRuntime ? "it is larger than their indices reach. Use smaller layers."
        : "the project references ILGPU, but not the package Vsml.Gen.Ilgpu that they need. Add it, or switch the warning off where ILGPU serves another purpose.";
}
