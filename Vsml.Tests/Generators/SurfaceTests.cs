using System.Globalization;
using Microsoft.CodeAnalysis;

namespace Vsml.Tests.Generators;

/// <summary>What the emitted surface offers, in the strictest of consumers.</summary>
public class SurfaceTests
{
    private const string Deep =
        """
        using Vsml;
        namespace Demo
        {
            /// <summary>A learner.</summary>
            [VsmlModel(StateSize = 8, MessageSize = 4)]
            [DenseLayer(784, 32)]
            [DenseLayer(32, 10)]
            [TickSchedule(MicroTicks = 2)]
            public sealed partial class MnistLearner;
        }
        """;

    [Theory]
    [InlineData(Deep)]
    [InlineData("[Vsml.VsmlModel(StateSize = 4), Vsml.DenseLayer(4, 2)] internal partial class GlobalLearner;")]
    [InlineData("namespace A.@class.B { [Vsml.VsmlModel(StateSize = 3), Vsml.DenseLayer(4, 2)] internal partial class @event; }")]
    [InlineData("namespace Vsml.System.Vsml { [global::Vsml.VsmlModel(StateSize = 4), global::Vsml.DenseLayer(4, 2)] internal partial class System; }")]
    [InlineData("[Vsml.VsmlModel(StateSize = 4, LayerwiseParameters = true, LabelFeedback = true, MessageLayerNorm = true, PositionFeatures = true, LearnedInitialCell = true, OutputIndex = 0, OutputBound = 0.1, InitialRandomFraction = 0.3, InitialCellScale = 0.5, MessageScale = Vsml.MessageScale.Root), Vsml.Conv2dLayer(InitialCellScale = 1, Height = 5, Width = 7, Channels = 1, OutputChannels = 2, Kernel = 3, Stride = 2), Vsml.Conv2dLayer(OutputChannels = 2, Kernel = 1), Vsml.DenseLayer(3, MicroTicks = 5), Vsml.TickSchedule(MicroTicks = 1, TicksPerExample = 2, BackwardSweep = Vsml.BackwardSweep.Separate)] internal partial class Everything;")]
    [InlineData("[Vsml.VsmlModel(StateSize = 1, MessageSize = 2), Vsml.DenseLayer(4, 2)] internal partial class WithBase : Vsml.Learner;")]
    [InlineData("[Vsml.VsmlModel(StateSize = 1, MessageSize = 128, MessageLayerNorm = true), Vsml.DenseLayer(16, 512401)] internal partial class Wide;")]
    [InlineData("[Vsml.VsmlModel(StateSize = 1, MessageSize = 128, MessageLayerNorm = true), Vsml.DenseLayer(10000, 10000), Vsml.TickSchedule(MicroTicks = 64)] internal partial class Square;")]
    [InlineData("[Vsml.VsmlModel, Vsml.DenseLayer] internal partial class Free;")]
    [InlineData("[Vsml.VsmlModel(StateSize = 5, LayerwiseParameters = true, LabelFeedback = true, MessageLayerNorm = true, PositionFeatures = true, LearnedInitialCell = true, MessageScale = Vsml.MessageScale.Root), Vsml.Conv2dLayer(Height = 5, Width = 7, Channels = 1, OutputChannels = 2, Kernel = 3, Stride = 2), Vsml.DenseLayer, Vsml.DenseLayer(7), Vsml.DenseLayer, Vsml.TickSchedule(BackwardSweep = Vsml.BackwardSweep.Separate)] internal partial class PartlyFree;")]
    [InlineData("[Vsml.VsmlModel(StateSize = 5, MessageLayerNorm = true)] internal partial class Apart; [Vsml.DenseLayer(4, 3), Vsml.DenseLayer(2)] internal partial class Apart : global::System.ICloneable { public object Clone() => this; }")]
    public void It_compiles_without_a_warning_and_without_the_kernels(string source)
    {
        var (whole, reported) = GeneratorHarness.Run(GeneratorHarness.Compile(source));
        reported.ShouldBeEmpty();
        GeneratorHarness.Complaints(whole).ShouldBeEmpty();

        var (surface, _) = GeneratorHarness.Run(GeneratorHarness.Compile(source), IncrementalGeneratorOutputKind.Implementation);
        GeneratorHarness.Complaints(surface).ShouldBeEmpty();
    }

    [Fact]
    public void The_layout_is_there_as_constants()
    {
        var type = GeneratorHarness.RunClean(Deep).GetTypeByMetadataName("Demo.MnistLearner")!;

        Constant("StateSize").ShouldBe(8);
        Constant("MessageSize").ShouldBe(4);
        Constant("InputSize").ShouldBe(784);
        Constant("OutputSize").ShouldBe(10);
        Constant("LayerCount").ShouldBe(2);
        Constant("SubRnnCount").ShouldBe(784L * 32 + 320);
        Constant("ParameterCount").ShouldBe(16 * 32 + 32 + 2 * (8 * 4 + 4));
        Constant("StateFloats").ShouldBe(2L * 8 * (784 * 32 + 320));
        Constant("Layer1.Inputs").ShouldBe(32);
        Constant("Layer1.Outputs").ShouldBe(10);
        Constant("Layer1.MicroTicks").ShouldBe(2);
        Constant("Layer1.CellOffset").ShouldBe(8L * 784 * 32);
        Constant("Layer1.CellFloats").ShouldBe(8L * 320);
        Constant("ParameterOffsets.Shared.LstmBiases").ShouldBe(16 * 32);
        Constant("ParameterOffsets.Shared.BackwardBiases").ShouldBe(16 * 32 + 32 + 8 * 4 + 4 + 8 * 4);

        object? Constant(string path)
        {
            var parts = path.Split('.');
            var owner = parts[..^1].Aggregate(type, (outer, name) => outer.GetTypeMembers(name).Single());
            return ((IFieldSymbol)owner.GetMembers(parts[^1]).Single()).ConstantValue;
        }
    }

    [Fact]
    public void A_size_that_is_free_is_asked_for_and_no_constant()
    {
        var type = GeneratorHarness.RunClean("[Vsml.VsmlModel, Vsml.DenseLayer, Vsml.DenseLayer(3)] internal partial class Free;").GetTypeByMetadataName("Free")!;
        foreach (var constructor in type.InstanceConstructors) constructor.Parameters.Select(parameter => parameter.Name).ShouldBe(["theta", "inputs", "hidden", "seed"]);
        ((IPropertySymbol)type.GetMembers("Model").Single()).Type.ToString().ShouldBe("Vsml.FreeSizeModel");
        type.GetMembers("OutputSize").Single().ShouldBeAssignableTo<IFieldSymbol>()!.ConstantValue.ShouldBe(3);
        foreach (var name in (string[])["InputSize", "SubRnnCount", "StateFloats"]) (type.GetMembers(name).SingleOrDefault() as IFieldSymbol)?.IsConst.ShouldNotBe(true);
    }

    [Fact]
    public void Micro_ticks_come_from_the_layer_then_from_the_schedule()
    {
        Emitted("[VsmlModel, DenseLayer(4, 3), DenseLayer(2, MicroTicks = 5), TickSchedule(MicroTicks = 3)]").ShouldContain("new[] { 3, 5 }");
        Emitted("[VsmlModel, DenseLayer(4, 3), DenseLayer(2, MicroTicks = 5), TickSchedule(1, 2)]").ShouldContain("new[] { 1, 5 }");
        Emitted("[VsmlModel, DenseLayer(4, 3), DenseLayer(2), TickSchedule(1, 2)]").ShouldContain("new[] { 1, 2 }");
        Emitted("[VsmlModel, DenseLayer(4, 3), DenseLayer(2), TickSchedule(4)]").ShouldContain("new[] { 4 }");
        Emitted("[VsmlModel, DenseLayer(4, 3, MicroTicks = 3), DenseLayer(2, MicroTicks = 3)]").ShouldContain("new[] { 3 }");
        Emitted("[VsmlModel, DenseLayer(4, 3), DenseLayer(2)]").ShouldContain("new[] { 2 }");

        static string Emitted(string attributes) =>
            GeneratorHarness.RunClean($"using Vsml; {attributes} internal partial class Scheduled;").SyntaxTrees
                .Single(tree => tree.FilePath.EndsWith("Scheduled.Surface.g.cs", StringComparison.Ordinal)).ToString();
    }

    [Fact]
    public void Emitted_files_of_models_with_like_names_stay_apart()
    {
        var output = GeneratorHarness.RunClean(
            "namespace A { [Vsml.VsmlModel, Vsml.DenseLayer(4, 2)] internal partial class Net; [Vsml.VsmlModel, Vsml.DenseLayer(4, 2)] internal partial class NET; }",
            "namespace B { [Vsml.VsmlModel, Vsml.DenseLayer(4, 2)] internal partial class Net; }",
            "[Vsml.VsmlModel, Vsml.DenseLayer(4, 2)] internal partial class Net;");

        string[] models = ["A.Net", "A.NET", "B.Net", "Net"];
        foreach (var model in models) output.GetTypeByMetadataName(model)!.GetMembers("Model").ShouldHaveSingleItem();
    }

    [Fact]
    public void Culture_does_not_show_in_emitted_text()
    {
        const string source = "[Vsml.VsmlModel(OutputBound = 12.5, InitialRandomFraction = 0.25), Vsml.DenseLayer(1000, 20)] internal partial class Cultured;";
        var invariant = Text();
        var before = CultureInfo.CurrentCulture;
        try
        {
            var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            other.NumberFormat.NumberDecimalSeparator = ",";
            other.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = other;
            Text().ShouldBe(invariant);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        static string Text() => string.Join("\n", GeneratorHarness.RunClean(source).SyntaxTrees.Skip(1));
    }
}
