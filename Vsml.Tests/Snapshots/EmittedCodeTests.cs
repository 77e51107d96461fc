using VerifyXunit;

namespace Vsml.Tests.Snapshots;

/// <summary>The code emitted for four architectures, as it was last read and approved.</summary>
public class EmittedCodeTests
{
    [Fact]
    public Task One_layer() => Verifier.Verify(EmittedSource.Of<OneLayer>().Only(file => !file.Contains("Ilgpu", StringComparison.Ordinal)).ToString(), "cs").UseDirectory("Verified");

    [Fact]
    public Task Two_layers_with_every_option() => Verifier.Verify(WithoutAvx<TwoLayers>(), "cs").UseDirectory("Verified");

    [Fact]
    public Task A_convolution() => Verifier.Verify(WithoutAvx<Convolution>(), "cs").UseDirectory("Verified");

    [Fact]
    public Task One_layer_of_any_size() => Verifier.Verify(WithoutAvx<AnySize>(), "cs").UseDirectory("Verified");

    [Fact]
    public Task One_layer_for_ILGPU() => Verifier.Verify(ForIlgpu<OneLayer>(), "cs").UseDirectory("Verified");

    [Fact]
    public Task One_layer_that_rounds_for_ILGPU() => Verifier.Verify(ForIlgpu<OneLayerRounded>(), "cs").UseDirectory("Verified");

    [Fact]
    public Task Two_layers_with_every_option_for_ILGPU() => Verifier.Verify(ForIlgpu<TwoLayers>(), "cs").UseDirectory("Verified");

    [Fact]
    public Task A_convolution_for_ILGPU() => Verifier.Verify(ForIlgpu<Convolution>(), "cs").UseDirectory("Verified");

    private static string ForIlgpu<TModel>()
        where TModel : Learner => EmittedSource.Of<TModel>().Only(file => file.Contains("Ilgpu", StringComparison.Ordinal)).ToString();

    // The other levels come from the same emitters; the first test pins how they differ.
    private static string WithoutAvx<TModel>()
        where TModel : Learner => EmittedSource.Of<TModel>().Only(file => !file.Contains("Avx", StringComparison.Ordinal) && !file.Contains("Ilgpu", StringComparison.Ordinal)).ToString();
}
