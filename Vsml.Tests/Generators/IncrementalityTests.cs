using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Vsml.Generators;

namespace Vsml.Tests.Generators;

/// <summary>What an edit re-runs, step by step.</summary>
public class IncrementalityTests
{
    private const string Declared =
        """
        using Vsml;
        /// <summary>A learner.</summary>
        [VsmlModel] [DenseLayer(8, 4)] [DenseLayer(4, 2)]
        public sealed partial class Small;
        """;

    private const string WithWarning = "using Vsml; [VsmlModel] [DenseLayer(10_000, 1_000)] internal partial class Large;";

    private static readonly string[] s_laterSteps = [TrackingNames.Models, TrackingNames.NameClashes, TrackingNames.Emission];

    [Theory]
    [InlineData("lines above the class")]
    [InlineData("a comment below the class")]
    [InlineData("a member of the class")]
    [InlineData("the class is not sealed")]
    [InlineData("the class is internal")]
    [InlineData("the class has a base list")]
    [InlineData("an attribute has its default written out")]
    [InlineData("another file changes")]
    [InlineData("another file appears")]
    public void An_unrelated_edit_leaves_the_declaration_unchanged_and_all_that_follows_cached(string edit)
    {
        var before = GeneratorHarness.Compile(Declared, "class Other { int x = 1; }");
        var after = edit switch
        {
            "lines above the class" => Replace(before, 0, "// one\n\n\n" + Declared.Replace("/// <summary>", "class Above;\n\n/// <summary>")),
            "a comment below the class" => Replace(before, 0, Declared + "\n// below\n"),
            "a member of the class" => Replace(before, 0, Declared.TrimEnd(';') + " { private int Own => 3; }"),
            "the class is not sealed" => Replace(before, 0, Declared.Replace("public sealed", "public")),
            "the class is internal" => Replace(before, 0, Declared.Replace("public sealed", "internal sealed")),
            "the class has a base list" => Replace(before, 0, Declared.Replace("Small;", "Small : Learner;")),
            "an attribute has its default written out" => Replace(before, 0, Declared.Replace("[VsmlModel]", "[VsmlModel(StateSize = 16)]")),
            "another file changes" => Replace(before, 1, "class Other { int x = 2; }"),
            _ => before.AddSyntaxTrees(CSharpSyntaxTree.ParseText("class New;", (CSharpParseOptions)before.SyntaxTrees[0].Options, "/src/New.cs")),
        };

        var result = RunTwice(before, after);

        // Where the class's own tree is untouched, not even the gather step need run.
        ReasonsOf(result, TrackingNames.Gather).ShouldAllBe(reason => reason == IncrementalStepRunReason.Unchanged || reason == IncrementalStepRunReason.Cached);
        if (!edit.StartsWith("another", StringComparison.Ordinal))
            ReasonsOf(result, TrackingNames.Gather).ShouldBe([IncrementalStepRunReason.Unchanged]);
        ShouldAllBeCached(result);
    }

    [Fact]
    public void A_warning_that_moves_does_not_emit_again()
    {
        var before = GeneratorHarness.Compile(WithWarning);
        var result = RunTwice(before, Replace(before, 0, "\n\n" + WithWarning));

        ReasonsOf(result, TrackingNames.Gather).ShouldBe([IncrementalStepRunReason.Modified]);
        ReasonsOf(result, TrackingNames.Models).ShouldBe([IncrementalStepRunReason.Unchanged]);
        ReasonsOf(result, TrackingNames.Emission).ShouldBe([IncrementalStepRunReason.Cached]);
        result.Diagnostics.ShouldHaveSingleItem().Location.GetLineSpan().StartLinePosition.Line.ShouldBe(2);
    }

    [Fact]
    public void A_changed_size_emits_again_for_its_model_only()
    {
        var before = GeneratorHarness.Compile(Declared, WithWarning);
        var result = RunTwice(before, Replace(before, 0, Declared.Replace("4, 2", "4, 3")));

        ReasonsOf(result, TrackingNames.Emission).ShouldBe([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], ignoreOrder: true);
    }

    [Fact]
    public void Values_of_the_pipeline_hold_nothing_of_the_compiler()
    {
        var seen = new HashSet<Type>();
        Walk(typeof(Vsml.Generators.Declaration.ModelDeclaration).Assembly.GetType("Vsml.Generators.Declaration.DeclarationResult", throwOnError: true)!);
        seen.ShouldContain(typeof(Architecture));

        void Walk(Type type)
        {
            if (!seen.Add(type)) return;
            type.Namespace.ShouldNotBe("Microsoft.CodeAnalysis");
            foreach (var argument in type.GenericTypeArguments) Walk(argument);
            if (type.HasElementType) Walk(type.GetElementType()!);
            if (type.Namespace?.StartsWith("Vsml", StringComparison.Ordinal) != true) return;
            foreach (var field in type.GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Public))
                Walk(field.FieldType);
            foreach (var derived in type.Assembly.GetTypes().Where(candidate => candidate.BaseType == type)) Walk(derived);
        }
    }

    private static CSharpCompilation Replace(CSharpCompilation compilation, int file, string text)
    {
        var tree = compilation.SyntaxTrees[file];
        return compilation.ReplaceSyntaxTree(tree, tree.WithChangedText(SourceText.From(text)));
    }

    private static GeneratorRunResult RunTwice(Compilation before, Compilation after) =>
        GeneratorHarness.Driver().RunGenerators(before).RunGenerators(after).GetRunResult().Results.Single();

    private static IEnumerable<IncrementalStepRunReason> ReasonsOf(GeneratorRunResult result, string step) =>
        result.TrackedSteps[step].SelectMany(run => run.Outputs).Select(output => output.Reason);

    private static void ShouldAllBeCached(GeneratorRunResult result)
    {
        foreach (var step in s_laterSteps)
            ReasonsOf(result, step).ShouldAllBe(reason => reason == IncrementalStepRunReason.Cached, step);
        foreach (var (step, runs) in result.TrackedOutputSteps)
            runs.SelectMany(run => run.Outputs).ShouldAllBe(output => output.Reason == IncrementalStepRunReason.Cached, step);
    }
}
