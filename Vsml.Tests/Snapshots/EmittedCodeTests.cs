using VerifyXunit;

namespace Vsml.Tests.Snapshots;

/// <summary>The code emitted for three architectures, as it was last read and approved.</summary>
public class EmittedCodeTests
{
    [Fact]
    public Task One_layer() => Verifier.Verify(EmittedSource.Of<OneLayer>().Only(file => !file.Contains("Ilgpu", StringComparison.Ordinal)).ToString(), "cs").UseDirectory("Verified");

    [Fact]
    public Task Two_layers_with_every_option() => Verifier.Verify(WithoutAvx<TwoLayers>(), "cs").UseDirectory("Verified");

    [Fact]
    public Task A_convolution() => Verifier.Verify(WithoutAvx<Convolution>(), "cs").UseDirectory("Verified");

    // The other levels come from the same emitters; the first test pins how they differ.
    private static string WithoutAvx<TModel>()
        where TModel : Learner => EmittedSource.Of<TModel>().Only(file => !file.Contains("Avx", StringComparison.Ordinal) && !file.Contains("Ilgpu", StringComparison.Ordinal)).ToString();
}
