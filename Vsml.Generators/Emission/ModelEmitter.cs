using System.Collections.Generic;
using System.Linq;
using Vsml.Generators.Declaration;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>Emits all files of a model. Pure text in, pure text out: the generator and the <c>vsml</c> tool call the same code.</summary>
public static class ModelEmitter
{
    /// <summary>The typed surface: constants, constructor and the hook that the kernels fill. It compiles alone.</summary>
    /// <param name="model">A valid declaration.</param>
    public static EmittedFile EmitSurface(ModelDeclaration model) =>
        new(model.FilePrefix + ".Surface.g.cs", SurfaceEmitter.Emit(model));

    /// <summary>All that other code of the project may name: the typed surface, and with kernels for ILGPU their file.</summary>
    /// <param name="model">A valid declaration.</param>
    public static IReadOnlyList<EmittedFile> EmitSurfaces(ModelDeclaration model) => model.HasIlgpuKernels ? [EmitSurface(model), EmitIlgpu(model)] : [EmitSurface(model)];

    /// <summary>The kernels for devices that ILGPU drives. They need the surface, but no other kernels.</summary>
    /// <param name="model">A valid declaration of an architecture that <see cref="FitsIlgpu"/>.</param>
    public static EmittedFile EmitIlgpu(ModelDeclaration model) => new(model.FilePrefix + ".Ilgpu.g.cs", Ilgpu.IlgpuEmitter.Emit(model));

    /// <summary>Whether there can be kernels for ILGPU: sizes are given, and indices reach all of the network's memory.</summary>
    /// <param name="architecture">A valid architecture.</param>
    public static bool FitsIlgpu(Architecture architecture) => !architecture.HasFreeSizes && Planning.Ilgpu.IlgpuPlan.Fits(NetworkPlan.Of(architecture));

    /// <summary>Names of all members that are added to the class; a user's own must differ.</summary>
    /// <param name="architecture">A valid architecture.</param>
    /// <param name="hasIlgpuKernels">Whether kernels for ILGPU are emitted as well.</param>
    public static IEnumerable<string> MemberNames(Architecture architecture, bool hasIlgpuKernels) =>
        hasIlgpuKernels ? [.. SurfaceEmitter.MemberNames(architecture), Ilgpu.IlgpuEmitter.MemberName] : SurfaceEmitter.MemberNames(architecture);

    /// <summary>The kernels: implementation of the hook that the surface declares.</summary>
    /// <param name="model">A valid declaration.</param>
    /// <param name="onlyLevel">Name of the one SIMD level to emit for; null for all.</param>
    public static IReadOnlyList<EmittedFile> EmitKernels(ModelDeclaration model, string? onlyLevel = null)
    {
        var plan = CpuPlan.Of(NetworkPlan.Of(model.Architecture));
        SimdDialect[] dialects = [.. SimdDialect.All.Where(dialect => onlyLevel is null || dialect.Level == onlyLevel)];
        var files = new List<EmittedFile> { new(model.FilePrefix + ".Kernels.g.cs", KernelsEmitter.EmitChoice(model, plan, dialects)), new(model.FilePrefix + ".Layout.g.cs", LayoutEmitter.Emit(model, plan)) };
        foreach (var dialect in dialects)
        {
            files.Add(new(model.FilePrefix + "." + dialect.ClassName + ".g.cs", KernelsEmitter.Emit(model, plan, dialect)));
            files.Add(new(model.FilePrefix + "." + dialect.ClassName + ".Adjoint.g.cs", AdjointEmitter.Emit(model, plan, dialect)));
        }
        return files;
    }
}
