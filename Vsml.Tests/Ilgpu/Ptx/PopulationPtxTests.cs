using ILGPU;
using ILGPU.Runtime.Cuda;
using Vsml.Ilgpu.Kernels;
using Vsml.Numerics;

namespace Vsml.Tests.Ilgpu.Ptx;

/// <summary>What tells members apart, what makes their inputs, and what comes back of them, as text for a GPU's driver.</summary>
public class PopulationPtxTests
{
    private static readonly Dictionary<string, Delegate> s_kernels = new()
    {
        ["perturb"] = (Action<Index1D, ArrayView<float>, ArrayView<RandomKey>, float, int, ArrayView<float>>)MemberNoise.Perturb,
        ["check"] = (Action<Index1D, ArrayView<float>, ArrayView<float>, int, int>)MemberNoise.Check,
        ["cells"] = (Action<Index2D, CellViews, ArrayView<RandomKey>, ArrayView<int>, ArrayView<float>, ArrayView<float>, CellSizes>)MemberNoise.Cells,
        ["outcomes"] = (Action<Index1D, EpisodeMemory, ArrayView<int>, ArrayView<int>, ArrayView<float>, ArrayView<int>>)Outcomes.Sum,
        ["show"] = (Action<Index1D, ArrayView<float>, ArrayView<int>, int, ArrayView<float>>)InputSteps.Show,
        ["select"] = (Action<Index1D, ArrayView<float>, int, ArrayView<int>, ArrayView<float>>)InputSteps.Select,
        ["scale"] = (Action<Index1D, ArrayView<float>, float, ArrayView<float>>)InputSteps.Scale,
        ["draw"] = (Action<Index1D, RandomKey, uint, float, ArrayView<float>>)InputSteps.Draw,
        ["project"] = (Action<Index1D, ArrayView<float>, int, ArrayView<float>, int, ArrayView<float>>)InputSteps.Project,
        ["label"] = (Action<Index1D, ArrayView<int>, ArrayView<float>, int>)InputSteps.Label,
    };

    public static TheoryData<string> Kernels => [.. s_kernels.Keys];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Kernels_stay_in_registers_and_call_nothing(string name)
    {
        var kernel = PtxKernel.Compile(s_kernels[name], CudaArchitecture.SM_90, implicitlyGrouped: true);
        kernel.Text.ShouldNotContain(".local");
        kernel.Text.ShouldNotContain(".extern .func");
        kernel.Text.ShouldNotContain("call");
    }
}
