using VerifyXunit;
using Vsml.Generators.Planning;
using Vsml.Generators.Planning.Ilgpu;

namespace Vsml.Tests.Planning;

/// <summary>How devices that ILGPU drives store a network.</summary>
public class IlgpuPlanTests
{
    [Fact]
    public Task One_layer_is_printed() => Verifier.Verify(Plan(new() { Layers = new([new DenseLayerSpec(784, 10)]) }).ToString(), "txt").UseDirectory("Verified");

    [Fact]
    public Task A_convolution_is_printed() =>
        Verifier.Verify(Plan(new() { StateSize = 40, Layers = new([new ConvLayerSpec(7, 6, 1, 3, 3, 2), new DenseLayerSpec(36, 5)]), LayerwiseParameters = true }).ToString(), "txt").UseDirectory("Verified");

    private static IlgpuPlan Plan(Architecture architecture) => IlgpuPlan.Of(NetworkPlan.Of(architecture));
}
