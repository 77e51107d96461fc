using System.Reflection;
using Vsml.Generators.Emission;
using Vsml.Generators.Planning.Ilgpu;
using Vsml.Ilgpu;

namespace Vsml.Tool.Ilgpu;

/// <summary>Compiles the kernels for ILGPU of an architecture that is known only at run time, with the emitters of the source generator.</summary>
internal static class IlgpuCompiler
{
    private static readonly Assembly[] s_references = [typeof(IlgpuModel).Assembly, typeof(ILGPU.Context).Assembly];

    /// <summary>The model of an architecture.</summary>
    /// <param name="architecture">A valid architecture.</param>
    /// <param name="precision">How exactly they compute.</param>
    /// <exception cref="VsmlException">It is too large for such kernels, or for the precision.</exception>
    public static IlgpuModel Compile(Architecture architecture, DevicePrecision precision = default)
    {
        if (IlgpuPlan.Problem(architecture, precision) is { } problem) throw new VsmlException($"device: {problem}");
        if (!ModelEmitter.FitsIlgpu(architecture)) throw new VsmlException("The network is larger than indices of kernels for ILGPU reach. Use smaller layers, or compiled kernels.");
        var declaration = RuntimeCompiler.Declare(architecture) with { Precision = precision };
        var network = RuntimeCompiler.Load([ModelEmitter.EmitSurface(declaration), ModelEmitter.EmitIlgpu(declaration)], s_references);
        return (IlgpuModel)network.GetProperty(nameof(IlgpuModel), BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
    }
}
