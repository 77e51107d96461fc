using Microsoft.CodeAnalysis;
using Vsml.Files;
using Vsml.Generators.Planning;
using Vsml.Generators.Planning.Ilgpu;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Generators;

namespace Vsml.Tests.Tool;

public sealed class DescribeAndEmitTests(DescribeAndEmitTests.CompiledModels models) : IClassFixture<DescribeAndEmitTests.CompiledModels>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(GoldenFiles.AllCases), MemberType = typeof(GoldenFiles))]
    public void Describing_a_file_gives_the_same_network(string name)
    {
        var run = ToolRun.InProcess("describe", TraceFiles.ArchitecturePath(name)).ShouldSucceed();
        var architecture = ArchitectureJson.Read(TraceFiles.ArchitecturePath(name));
        ArchitectureJson.Parse(run.Output, "output").ShouldBe(architecture);
        run.Error.ShouldContain($"meta-parameters (V_M): {ParameterLayout.Of(architecture).Count:#,0}");
    }

    [Theory]
    [InlineData("Demo.event.Deep", "Demo.event.Deep")]
    [InlineData("Deep", "Demo.event.Deep")]
    [InlineData("class", "Demo.event.class")]
    [InlineData("Plain", "Plain")]
    [InlineData("Free", "Free")]
    public void Emitting_a_declared_model_gives_what_the_generator_emits(string type, string prefix)
    {
        ToolRun.InProcess("emit", "--assembly", models.Assembly, type, "--out", _folder["emitted"]).ShouldSucceed();

        var wanted = models.Emitted.Where(file => file.Key.StartsWith(prefix + ".", StringComparison.Ordinal)).ToDictionary();
        wanted.Count.ShouldBe(9); // surface, choice, layout, forward and adjoint of three levels
        Directory.GetFiles(_folder["emitted"]).Select(Path.GetFileName).ShouldBe(wanted.Keys, ignoreOrder: true);
        foreach (var (name, text) in wanted) File.ReadAllText(Path.Combine(_folder["emitted"], name)).ShouldBe(text, name);
    }

    [Fact]
    public void Describing_a_declared_model_gives_its_architecture()
    {
        var run = ToolRun.InProcess("describe", "Deep", "--assembly", models.Assembly).ShouldSucceed();
        var architecture = ArchitectureJson.Parse(run.Output, "output");
        architecture.Layers.Select(layer => layer.ToString()).ShouldBe(["dense 12 -> 5", "dense 5 -> 3"]);
        architecture.Schedule.MicroTicks.ShouldBe([1, 3]);
        architecture.Schedule.BackwardSweep.ShouldBe(BackwardSweep.Separate);
        architecture.LabelFeedback.ShouldBeTrue();
    }

    [Fact]
    public void Describing_a_model_of_free_sizes_names_them()
    {
        var run = ToolRun.InProcess("describe", "Free", "--assembly", models.Assembly).ShouldSucceed();
        ArchitectureJson.Parse(run.Output, "output").Layers.ShouldBe([new DenseLayerSpec(null, null), new DenseLayerSpec(null, 3)]);
        run.Error.ShouldContain("free sizes: inputs, hidden");
        run.Error.ShouldNotContain("sub-RNNs: ");
    }

    [Fact]
    public void Describing_a_plan_prints_the_turns_in_order()
    {
        var path = TraceFiles.ArchitecturePath("dense-tiny");
        var run = ToolRun.InProcess("describe", path, "--plan").ShouldSucceed();
        var plan = NetworkPlan.Of(ArchitectureJson.Read(path));
        run.Output.ShouldBe($"{plan}{CpuPlan.Of(plan)}{IlgpuPlan.Of(plan)}");
        run.Output.ShouldContain("first sweep");
    }

    [Fact]
    public void A_type_that_is_not_there_is_answered_by_those_that_are() =>
        ToolRun.InProcess("describe", "--assembly", models.Assembly, "Shallow").ShouldBeRefused("'Shallow'", "Demo.event.Deep", "Plain");

    [Fact]
    public void Without_a_folder_the_files_are_printed()
    {
        var path = TraceFiles.ArchitecturePath("dense-tiny");
        ToolRun.InProcess("emit", path, "--out", _folder["emitted"], "--name", "Demo.Tiny").ShouldSucceed().Output.ShouldBeEmpty();
        var printed = ToolRun.InProcess("emit", path, "--name", "Demo.Tiny").ShouldSucceed().Output;
        foreach (var file in Directory.GetFiles(_folder["emitted"])) printed.ShouldContain($"// ---- {Path.GetFileName(file)}\n{File.ReadAllText(file)}");
    }

    /// <summary>An assembly with declared models, compiled once.</summary>
    public sealed class CompiledModels : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        private const string Models =
            """
            namespace Demo.@event
            {
                /// <summary/>
                [Vsml.VsmlModel(StateSize = 8, LabelFeedback = true), Vsml.DenseLayer(12, 5), Vsml.DenseLayer(3), Vsml.TickSchedule(1, 3, BackwardSweep = Vsml.BackwardSweep.Separate)]
                public sealed partial class Deep;
                [Vsml.VsmlModel(OutputBound = 12.5), Vsml.DenseLayer(10, 20)]
                internal partial class @class;
            }
            [Vsml.VsmlModel(StateSize = 7, MessageLayerNorm = true), Vsml.DenseLayer(9, 4)]
            internal partial class Plain;
            [Vsml.VsmlModel(StateSize = 4), Vsml.DenseLayer, Vsml.DenseLayer(3)]
            internal partial class Free;
            """;

        /// <summary>Compiles them.</summary>
        public CompiledModels()
        {
            var (compiled, reported) = GeneratorHarness.Run(GeneratorHarness.Compile(Models));
            reported.ShouldBeEmpty();
            Emitted = compiled.SyntaxTrees.Where(tree => tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal))
                .ToDictionary(tree => Path.GetFileName(tree.FilePath), tree => tree.ToString());
            compiled.Emit(Assembly).Success.ShouldBeTrue();
        }

        /// <summary>Path of the assembly.</summary>
        public string Assembly => _folder["Models.dll"];

        /// <summary>What the generator emitted, by file name.</summary>
        public IReadOnlyDictionary<string, string> Emitted { get; }

        /// <inheritdoc/>
        public void Dispose() => _folder.Dispose();
    }
}
