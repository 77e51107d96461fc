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

    /// <summary>Names of all members that the surface and the kernels add to the class; a user's own must differ.</summary>
    /// <param name="architecture">A valid architecture.</param>
    public static IEnumerable<string> MemberNames(Architecture architecture) =>
        [.. SurfaceEmitter.MemberNames(architecture), .. SimdDialect.All.Select(dialect => dialect.ClassName)];

    /// <summary>The kernels: implementation of the hook that the surface declares.</summary>
    /// <param name="model">A valid declaration.</param>
    public static IReadOnlyList<EmittedFile> EmitKernels(ModelDeclaration model)
    {
        var plan = NetworkPlan.Of(model.Architecture);
        var files = new List<EmittedFile> { new(model.FilePrefix + ".Kernels.g.cs", KernelsEmitter.EmitChoice(model, plan)) };
        foreach (var dialect in SimdDialect.All)
        {
            files.Add(new(model.FilePrefix + "." + dialect.ClassName + ".g.cs", KernelsEmitter.Emit(model, plan, dialect)));
            files.Add(new(model.FilePrefix + "." + dialect.ClassName + ".Adjoint.g.cs", AdjointEmitter.Emit(model, plan, dialect)));
        }
        return files;
    }
}
