using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Vsml.Tests.Generators;

/// <summary>Every mistake in a declaration: its ID, the very token it stands at (in ⟦ ⟧), and words of its message.</summary>
public class DiagnosticTests
{
    public static TheoryData<string, string, string> Mistakes => new()
    {
        { "VSML0001", "[VsmlModel] [DenseLayer(4, 2)] public class ⟦Bad⟧;", "Write 'partial'" },
        { "VSML0002", "[VsmlModel] [DenseLayer(4, 2)] public ⟦static⟧ partial class Bad;", "Remove 'static'" },
        { "VSML0002", "[VsmlModel] [DenseLayer(4, 2)] public ⟦abstract⟧ partial class Bad;", "Remove 'abstract'" },
        { "VSML0002", "[VsmlModel] [DenseLayer(4, 2)] public partial class Bad⟦<T>⟧;", "Remove its type parameters" },
        { "VSML0002", "[VsmlModel] [DenseLayer(4, 2)] public partial class Bad⟦(int a)⟧ { public int A => a; }", "primary constructor" },
        { "VSML0002", "[VsmlModel] [DenseLayer(4, 2)] ⟦file⟧ partial class Bad;", "file-local" },
        { "VSML0002", "[VsmlModel] [DenseLayer(4, 2)] public partial ⟦struct⟧ Bad;", "Write 'class' instead of 'struct'" },
        { "VSML0002", "[VsmlModel] [DenseLayer(4, 2)] public partial ⟦record⟧ Bad;", "Write 'class' instead of 'record'" },
        { "VSML0002", "[VsmlModel] [DenseLayer(4, 2)] public partial ⟦record⟧ struct Bad;", "a record" },
        { "VSML0002", "public partial class Outer { [VsmlModel] [DenseLayer(4, 2)] public partial class ⟦Bad⟧; }", "nested in 'Outer'" },
        { "VSML0003", "[VsmlModel] public partial class ⟦Bad⟧;", "Add at least one dense layer" },
        { "VSML0004", "[VsmlModel] [DenseLayer(4, 2)] public partial class Bad { public int ⟦StateSize⟧ => 3; }", "Rename it" },
        { "VSML0004", "[VsmlModel] [DenseLayer(4, 2)] public partial class Bad { public class ⟦Layer0⟧; }", "'Layer0'" },
        { "VSML0004", "[VsmlModel] [DenseLayer(4, 2)] public partial class ⟦Model⟧;", "'Model'" },
        { "VSML0004", "[VsmlModel] [DenseLayer(4, 2)] public partial class Bad { public ⟦Bad⟧(MetaParameters theta, ulong seed) : base(Model, theta, seed) { } }", "Bad(MetaParameters, ulong)" },
        { "VSML0004", "[VsmlModel] [DenseLayer(4, 2)] public partial class Bad { public ⟦Bad⟧(PackedTheta theta, ulong seed) : base(Model, theta, seed) { } }", "Bad(PackedTheta, ulong)" },
        { "VSML0004", "[VsmlModel] [DenseLayer(4, 2)] public partial class Bad { private int ⟦CreateKernels⟧; }", "'CreateKernels'" },
        { "VSML0005", "public class Other; [VsmlModel] [DenseLayer(4, 2)] public partial class Bad : ⟦Other⟧;", "derives from 'Other'" },
        { "VSML0005", "[VsmlModel] [DenseLayer(4, 2)] public partial class Bad; public class Other; public partial class Bad : ⟦Other⟧, System.ICloneable { public object Clone() => this; }", "derives from Vsml.Learner" },
        { "VSML0006", "[VsmlModel] [DenseLayer(4, 3)] public partial class Bad; [⟦DenseLayer⟧(3, 2)] public partial class Bad;", "on one declaration" },
        { "VSML0007", "[VsmlModel] [DenseLayer(4, 2)] [TickSchedule] [⟦TickSchedule⟧(MicroTicks = 3)] public partial class Bad;", "Keep one" },
        { "VSML0007", "[VsmlModel] [DenseLayer(4, 2)] [TickSchedule] public partial class Bad; [⟦TickSchedule⟧] public partial class Bad;", "Keep one" },
        { "VSML0008", "[VsmlModel] [⟦DenseLayer⟧(10)] public partial class Bad;", "[DenseLayer(inputs, 10)]" },
        { "VSML0009", "[VsmlModel] [DenseLayer(4, 2)] [TickSchedule(3, MicroTicks = ⟦4⟧)] public partial class Bad;", "Keep one of the two" },
        { "VSML0101", "[VsmlModel] [DenseLayer(784, 32), DenseLayer(⟦33⟧, 10)] public partial class Bad;", "Write 32" },
        { "VSML0101", "[VsmlModel] [DenseLayer(784, 32)] [DenseLayer(outputs: 10, inputs: ⟦33⟧)] public partial class Bad;", "Write 32" },
        { "VSML0101", "[VsmlModel] [DenseLayer(4, 32)] [⟦Conv2dLayer⟧(Height = 4, Width = 4, Channels = 2, OutputChannels = 2, Kernel = 3)] [DenseLayer(2)] public partial class Bad;", "Put convolutions first" },
        { "VSML0102", "[VsmlModel] [DenseLayer(784, ⟦0⟧)] public partial class Bad;", "at least 1" },
        { "VSML0102", "[VsmlModel] [DenseLayer(⟦int.MinValue⟧, 2)] public partial class Bad;", "at least 1" },
        { "VSML0102", "[VsmlModel] [Conv2dLayer(Height = 4, Width = 4, Channels = 2, OutputChannels = 2, Kernel = 3, Stride = ⟦0⟧)] [DenseLayer(2)] public partial class Bad;", "stride of layer 0 is 0" },
        { "VSML0102", "[VsmlModel] [⟦Conv2dLayer⟧(Height = 4, Width = 4, Channels = 2, OutputChannels = 2)] [DenseLayer(2)] public partial class Bad;", "kernel of layer 0 is 0" },
        { "VSML0104", "[VsmlModel] [Conv2dLayer(Height = 4, Width = 4, Channels = 2, OutputChannels = 2, Kernel = ⟦4⟧)] [DenseLayer(2)] public partial class Bad;", "use an odd one" },
        { "VSML0105", "[VsmlModel] [⟦Conv2dLayer⟧(Height = 4, Width = 4, Channels = 2, OutputChannels = 2, Kernel = 3)] public partial class Bad;", "end with a dense layer" },
        { "VSML0106", "[VsmlModel] [⟦DenseLayer⟧(1_000_000, 1_000)] public partial class Bad;", "more than one array can hold" },
        { "VSML0106", "[VsmlModel(StateSize = 128)] [⟦DenseLayer⟧(int.MaxValue, int.MaxValue)] public partial class Bad;", "Use smaller sizes" },
        { "VSML0106", "[VsmlModel] [⟦Conv2dLayer⟧(Height = 10_000, Width = 10_000, Channels = 1, OutputChannels = 1, Kernel = 1, Stride = 1)] [DenseLayer(2)] public partial class Bad;", "more than one array can hold" },
        { "VSML0106", "[VsmlModel] [⟦Conv2dLayer⟧(Height = int.MaxValue, Width = int.MaxValue, Channels = int.MaxValue, OutputChannels = int.MaxValue, Kernel = int.MaxValue, Stride = int.MaxValue)] [DenseLayer(2)] public partial class Bad;", "Use smaller sizes" },
        { "VSML0107", "[VsmlModel] [DenseLayer(10_000, 1_000)] public partial class ⟦Bad⟧;", "MiB" },
        { "VSML0201", "[VsmlModel(StateSize = ⟦129⟧)] [DenseLayer(4, 2)] public partial class Bad;", "1..128" },
        { "VSML0202", "[VsmlModel(MessageSize = ⟦0⟧)] [DenseLayer(4, 2)] public partial class Bad;", "1..128" },
        { "VSML0203", "[VsmlModel(MessageSize = ⟦1⟧, LabelFeedback = true, OutputIndex = 0)] [DenseLayer(4, 2)] public partial class Bad;", "at least 2" },
        { "VSML0204", "[VsmlModel(MessageSize = ⟦1⟧)] [DenseLayer(4, 2)] public partial class Bad;", "entries 0..0" },
        { "VSML0204", "[VsmlModel(OutputIndex = ⟦-1⟧)] [DenseLayer(4, 2)] public partial class Bad;", "entries 0..7" },
        { "VSML0205", "[VsmlModel(OutputBound = ⟦-1⟧)] [DenseLayer(4, 2)] public partial class Bad;", "at least 0" },
        { "VSML0205", "[VsmlModel(OutputBound = ⟦1e300⟧)] [DenseLayer(4, 2)] public partial class Bad;", "finite" },
        { "VSML0206", "[VsmlModel(InitialRandomFraction = ⟦double.NaN⟧)] [DenseLayer(4, 2)] public partial class Bad;", "0..1" },
        { "VSML0207", "[VsmlModel] [DenseLayer(4, 2)] [TickSchedule(MicroTicks = ⟦65⟧)] public partial class Bad;", "1..64" },
        { "VSML0207", "[VsmlModel] [DenseLayer(4, 3)] [DenseLayer(2)] [TickSchedule(1, ⟦0⟧)] public partial class Bad;", "1..64" },
        { "VSML0207", "[VsmlModel] [DenseLayer(4, 3)] [DenseLayer(2, MicroTicks = ⟦-1⟧)] public partial class Bad;", "1..64" },
        { "VSML0207", "[VsmlModel] [DenseLayer(4, 2, MicroTicks = ⟦0⟧)] public partial class Bad;", "1..64" },
        { "VSML0208", "[VsmlModel] [DenseLayer(4, 2)] [TickSchedule(⟦1⟧, 2, 3)] public partial class Bad;", "one per layer" },
        { "VSML0209", "[VsmlModel] [DenseLayer(4, 2)] [TickSchedule(TicksPerExample = ⟦0⟧)] public partial class Bad;", "1..64" },
        { "VSML0210", "[VsmlModel] [DenseLayer(4, 2)] [TickSchedule(BackwardSweep = ⟦(BackwardSweep)7⟧)] public partial class Bad;", "none, shared or separate" },
        { "VSML0211", "[VsmlModel(InitialCellScale = ⟦-0.5⟧)] [DenseLayer(4, 2)] public partial class Bad;", "at least 0" },
        { "VSML0211", "[VsmlModel(InitialCellScale = 1)] [DenseLayer(4, 3)] [DenseLayer(2, InitialCellScale = ⟦double.PositiveInfinity⟧)] public partial class Bad;", "finite" },
        { "VSML0212", "[VsmlModel(MessageScale = ⟦(MessageScale)7⟧)] [DenseLayer(4, 2)] public partial class Bad;", "mean or root" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_reported_once_at_its_token_and_says_what_to_do(string id, string marked, string words)
    {
        var begin = marked.IndexOf('⟦');
        var token = marked[(begin + 1)..marked.IndexOf('⟧')];
        var (_, reported) = GeneratorHarness.Run(
            GeneratorHarness.Compile("using Vsml; " + marked.Replace("⟦", "").Replace("⟧", "")),
            properties: new Dictionary<string, string> { ["VsmlDiagnosticPages"] = "/pages/" });

        var diagnostic = reported.ShouldHaveSingleItem();
        diagnostic.Id.ShouldBe(id);
        var tree = diagnostic.Location.SourceTree.ShouldNotBeNull();
        tree.ToString().Substring(diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length).ShouldBe(token);
        diagnostic.Location.SourceSpan.Start.ShouldBe("using Vsml; ".Length + begin);
        diagnostic.GetMessage().ShouldContain(words);
        diagnostic.Descriptor.HelpLinkUri.ShouldBe($"file:///pages/{id}.md");
        diagnostic.GetMessage().ShouldEndWith(".");
    }

    [Fact]
    public void A_warning_leaves_the_model_and_obeys_a_pragma()
    {
        const string large = "[VsmlModel] [DenseLayer(10_000, 1_000)] internal partial class Large;";
        var loud = GeneratorHarness.Run(GeneratorHarness.Compile("using Vsml; " + large));
        loud.Output.GetTypeByMetadataName("Large")!.BaseType!.Name.ShouldBe("Learner");
        loud.Reported.ShouldHaveSingleItem().DefaultSeverity.ShouldBe(DiagnosticSeverity.Warning);

        var silenced = GeneratorHarness.Run(GeneratorHarness.Compile($"using Vsml;\n#pragma warning disable VSML0107\n{large}\n"));
        silenced.Reported.Where(diagnostic => !diagnostic.IsSuppressed).ShouldBeEmpty();
    }

    [Fact]
    public void An_older_language_is_reported_and_the_oldest_that_is_not_suffices()
    {
        const string source = "[Vsml.VsmlModel] [Vsml.DenseLayer(4, 2)] internal partial class Old { }";
        var refused = GeneratorHarness.Run(GeneratorHarness.Compile(LanguageVersion.CSharp11, source)).Reported.ShouldHaveSingleItem();
        refused.Id.ShouldBe("VSML0010");
        refused.GetMessage().ShouldContain("needs C# 12.0, but the project uses C# 11.0.");
        refused.Location.SourceTree!.ToString()[refused.Location.SourceSpan.Start..].ShouldStartWith("Old");

        var (output, reported) = GeneratorHarness.Run(GeneratorHarness.Compile(LanguageVersion.CSharp12, source));
        reported.ShouldBeEmpty();
        GeneratorHarness.Complaints(output).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("[VsmlModel(StateSize = \"x\")] [DenseLayer(4, 2)] public partial class Odd;")]
    [InlineData("[VsmlModel(StateSize = 99999999999)] [DenseLayer(4, 2)] public partial class Odd;")]
    [InlineData("[VsmlModel(Nonsense = 1)] [DenseLayer(4, 2)] public partial class Odd;")]
    [InlineData("[VsmlModel] [DenseLayer] public partial class Odd;")]
    [InlineData("[VsmlModel] [DenseLayer(4, null)] public partial class Odd;")]
    [InlineData("[VsmlModel] [DenseLayer(4, 2)] [TickSchedule(null)] public partial class Odd;")]
    [InlineData("[VsmlModel] [VsmlModel] [DenseLayer(4, 2)] public partial class Odd;")]
    [InlineData("[VsmlModel] [DenseLayer(4, 2)] public partial class Odd; [VsmlModel] public partial class Odd;")]
    [InlineData("[VsmlModel] [DenseLayer(4, 2)] public partial class Odd : Missing;")]
    [InlineData("[VsmlModel] [DenseLayer(4, 2)] public partial class Odd; [DenseLayer(4, 2)] [VsmlModel] public partial class Odd;")]
    [InlineData("[VsmlModel] [DenseLayer(4, 2), Missing(3)] public partial class Odd;")]
    [InlineData("[VsmlModel] [DenseLayer(4, 2)] public partial interface Odd;")]
    [InlineData("[VsmlModel] [DenseLayer(4, 2)] public partial class")]
    [InlineData("[VsmlModel(")]
    [InlineData("[VsmlModel] [DenseLayer(4, 2)] public enum Odd;")]
    [InlineData("[VsmlModel] [DenseLayer(4, 2)] [TickSchedule(MicroTicks = 2, MicroTicks = 3)] public partial class Odd;")]
    public void Nonsense_never_makes_the_generator_fail(string source)
    {
        var driver = GeneratorHarness.Driver().RunGenerators(GeneratorHarness.Compile("using Vsml; " + source));

        var result = driver.GetRunResult().Results.ShouldHaveSingleItem();
        result.Exception.ShouldBeNull();
        result.Diagnostics.ShouldNotContain(diagnostic => diagnostic.Id == "VSML0900");
    }
}
