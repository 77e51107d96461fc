using System.Reflection;
using Vsml.Generators.Emission;
using Vsml.Ilgpu;

namespace Vsml.Tool.Ilgpu;

/// <summary>Compiles the kernels for ILGPU of an architecture that is known only at run time, with the emitters of the source generator.</summary>
internal static class IlgpuCompiler
{
    private static readonly Assembly[] s_references = [typeof(IlgpuModel).Assembly, typeof(ILGPU.Context).Assembly];

    /// <summary>The model of an architecture.</summary>
    /// <param name="architecture">A valid architecture.</param>
    public static IlgpuModel Compile(Architecture architecture)
    {
        var declaration = RuntimeCompiler.Declare(architecture);
        var network = RuntimeCompiler.Load([ModelEmitter.EmitSurface(declaration), ModelEmitter.EmitIlgpu(declaration)], s_references);
        return (IlgpuModel)network.GetProperty(nameof(IlgpuModel), BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
    }
}
