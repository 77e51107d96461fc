using System.Collections.Generic;
using Vsml.Generators.Declaration;

namespace Vsml.Generators.Emission;

/// <summary>Emits all files of a model. Pure text in, pure text out: the generator and the <c>vsml</c> tool call the same code.</summary>
public static class ModelEmitter
{
    /// <summary>The typed surface: constants, constructor and the hook that the kernels fill. It compiles alone.</summary>
    /// <param name="model">A valid declaration.</param>
    public static EmittedFile EmitSurface(ModelDeclaration model) =>
        new(model.FilePrefix + ".Surface.g.cs", SurfaceEmitter.Emit(model));

    /// <summary>The kernels: implementation of the hook that the surface declares.</summary>
    /// <param name="model">A valid declaration.</param>
    public static IReadOnlyList<EmittedFile> EmitKernels(ModelDeclaration model) => [];
}
