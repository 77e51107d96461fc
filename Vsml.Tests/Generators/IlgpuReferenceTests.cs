using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Vsml.Tests.Generators;

/// <summary>Kernels for ILGPU are emitted where a project references all that they need, and only there.</summary>
public class IlgpuReferenceTests
{
    private const string Source = "namespace Demo { [Vsml.VsmlModel(StateSize = 4), Vsml.DenseLayer(4, 2)] internal partial class Net; }";

    [Theory]
    [InlineData(Source)]
    [InlineData("[Vsml.VsmlModel(StateSize = 33, MessageLayerNorm = true), Vsml.Conv2dLayer(Height = 5, Width = 7, Channels = 1, OutputChannels = 2, Kernel = 3, Stride = 2), Vsml.DenseLayer(3), Vsml.TickSchedule(BackwardSweep = Vsml.BackwardSweep.Shared)] internal partial class Global;")]
    [InlineData("[Vsml.VsmlModel(StateSize = 17, Arithmetic = Vsml.Arithmetic.Bf16), Vsml.DenseLayer(4, 2), Vsml.DenseLayer(40)] internal partial class Rounded;")]
    [InlineData("[Vsml.VsmlModel(StateSize = 5, StateStorage = Vsml.StateStorage.Float16), Vsml.Conv2dLayer(Height = 5, Width = 7, Channels = 1, OutputChannels = 2, Kernel = 3, Stride = 2), Vsml.DenseLayer(3)] internal partial class Halves;")]
    [InlineData("namespace ILGPU.Vsml.Kernels { internal class Quad; [global::Vsml.VsmlModel(StateSize = 4), global::Vsml.DenseLayer(4, 2), global::Vsml.DenseLayer(2)] internal partial class Turn; }")]
    public void With_both_references_they_compile_without_a_warning(string source)
    {
        var (output, reported) = GeneratorHarness.Run(GeneratorHarness.Compile(source).WithIlgpu());
        reported.ShouldBeEmpty();
        GeneratorHarness.Complaints(output).ShouldBeEmpty();
        output.SyntaxTrees.Count(tree => tree.FilePath.EndsWith(".Ilgpu.g.cs", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Without_ILGPU_nothing_changes(bool ilgpu, bool runtime)
    {
        var plain = GeneratorHarness.Run(GeneratorHarness.Compile(Source)).Output;
        var (output, reported) = GeneratorHarness.Run(GeneratorHarness.Compile(Source).WithIlgpu(ilgpu, runtime));
        reported.ShouldBeEmpty();
        output.SyntaxTrees.Select(tree => (tree.FilePath, tree.ToString())).ShouldBe(plain.SyntaxTrees.Select(tree => (tree.FilePath, tree.ToString())));
    }

    [Fact]
    public void ILGPU_without_the_runtime_is_a_warning_and_the_model_stays_as_it_is()
    {
        var (output, reported) = GeneratorHarness.Run(GeneratorHarness.Compile(Source).WithIlgpu(runtime: false));
        var warning = reported.ShouldHaveSingleItem();
        (warning.Id, warning.Location.SourceTree!.ToString()[warning.Location.SourceSpan.Start..warning.Location.SourceSpan.End]).ShouldBe(("VSML0302", "Net"));
        warning.GetMessage().ShouldContain("Vsml.Gen.Ilgpu");
        output.SyntaxTrees.ShouldAllBe(tree => !tree.FilePath.Contains("Ilgpu"));
        output.GetTypeByMetadataName("Demo.Net")!.GetMembers("Model").ShouldHaveSingleItem();
    }

    [Fact]
    public void A_member_of_the_same_name_is_refused_only_where_it_is_emitted()
    {
        const string source = "[Vsml.VsmlModel, Vsml.DenseLayer(4, 2)] internal partial class Net { public int IlgpuModel => 1; }";
        GeneratorHarness.Run(GeneratorHarness.Compile(source)).Reported.ShouldBeEmpty();
        GeneratorHarness.Run(GeneratorHarness.Compile(source).WithIlgpu()).Reported.ShouldHaveSingleItem().Id.ShouldBe("VSML0004");
    }

    [Theory]
    [InlineData("StateSize = 33, Arithmetic = Vsml.Arithmetic.Bf16", "the state size is 33")]
    [InlineData("StateSize = 17, Arithmetic = Vsml.Arithmetic.Tf32", "at most 16 entries")]
    [InlineData("StateStorage = (Vsml.StateStorage)7", "there is no arithmetic float32 and state storage 7")]
    public void A_precision_that_cannot_be_is_a_warning_that_says_why(string arguments, string message)
    {
        var (output, reported) = GeneratorHarness.Run(GeneratorHarness.Compile($"[Vsml.VsmlModel({arguments}), Vsml.DenseLayer(4, 2)] internal partial class Net;").WithIlgpu());
        var warning = reported.ShouldHaveSingleItem();
        warning.Id.ShouldBe("VSML0302");
        warning.GetMessage().ShouldContain(message);
        GeneratorHarness.Complaints(output).ShouldBeEmpty();
    }

    [Fact]
    public void A_network_beyond_their_indices_gets_none_and_a_warning()
    {
        const string source = "[Vsml.VsmlModel, Vsml.Conv2dLayer(Height = 32, Width = 32, Channels = 150, OutputChannels = 150, Kernel = 7), Vsml.DenseLayer(1)] internal partial class Net;";
        var reported = GeneratorHarness.Run(GeneratorHarness.Compile(source).WithIlgpu()).Reported;
        reported.Select(diagnostic => diagnostic.Id).ShouldContain("VSML0302");
        reported.Single(diagnostic => diagnostic.Id == "VSML0302").GetMessage().ShouldContain("larger than their indices reach");
    }
}
