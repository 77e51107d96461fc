using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Generators;
using Vsml.Tool;

namespace Vsml.Tests.Tool;

/// <summary>What README.md tells is true.</summary>
public partial class ReadmeTests
{
    private static readonly string s_readme = File.ReadAllText(RepositoryPaths.InRepository("README.md"));

    [Fact]
    public void Its_example_compiles()
    {
        var consumer = GeneratorHarness.Compile(Example("new DigitLearner"));
        consumer = consumer.WithOptions(consumer.Options.WithOutputKind(OutputKind.ConsoleApplication));
        var (output, reported) = GeneratorHarness.Run(consumer);
        reported.ShouldBeEmpty();
        GeneratorHarness.Complaints(output).ShouldBeEmpty();
    }

    [Fact]
    public void Its_quick_start_runs()
    {
        using var folder = new TemporaryFolder();
        var program = Example("new OnlineClassifier");
        program.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBeLessThanOrEqualTo(10);
        var consumer = GeneratorHarness.Compile(program.Replace("\"flowers.safetensors\"", $"@\"{folder["flowers.safetensors"]}\"", StringComparison.Ordinal)
            + $"System.IO.File.WriteAllText(@\"{folder["told"]}\", flower + again.Progress.Count);");
        consumer = consumer.WithOptions(consumer.Options.WithOutputKind(OutputKind.ConsoleApplication));
        GeneratorHarness.Complaints(consumer).ShouldBeEmpty();
        using var image = new MemoryStream();
        consumer.Emit(image).Success.ShouldBeTrue();
        Assembly.Load(image.ToArray()).EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        File.ReadAllText(folder["told"]).ShouldBe("setosa4");
    }

    [Fact]
    public void Its_snapshot_test_compiles()
    {
        var declaration = Example("new DigitLearner");
        var consumer = GeneratorHarness.Compile(
            $$"""
            using System.Threading.Tasks;
            using VerifyXunit;
            using Vsml;
            using Xunit;

            {{declaration[declaration.IndexOf("[VsmlModel", StringComparison.Ordinal)..]}}
            class SnapshotTests
            {
                {{Example("[Fact]")}}
            }
            """);
        consumer = consumer.AddReferences(new[] { typeof(FactAttribute), typeof(VerifyXunit.Verifier) }.Select(type => MetadataReference.CreateFromFile(type.Assembly.Location)));
        GeneratorHarness.Complaints(GeneratorHarness.Run(consumer).Output).ShouldBeEmpty();
    }

    [Fact]
    public void Its_command_lines_exist()
    {
        var lines = CodeBlock().Matches(s_readme).Where(block => block.Groups[1].Value == "sh").SelectMany(block => block.Groups[2].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var context = new ToolContext(TextWriter.Null, TextWriter.Null);
        foreach (var line in lines.Where(line => line.StartsWith("vsml ", StringComparison.Ordinal)))
            VsmlTool.Parse(line.Split(' ')[1..], context).Errors.ShouldBeEmpty(line);
        lines.ShouldContain("dotnet test");
        lines.ShouldContain("dotnet run -c Release --project Vsml.Samples");
        foreach (var command in ToolRun.InProcess("--help").Output.Split("Commands:")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (command.Trim().Split(' ')[0] is { Length: > 0 } name) lines.ShouldContain(line => line.StartsWith($"vsml {name}", StringComparison.Ordinal), name);
    }

    [Fact]
    public void Its_program_of_ten_lines_meta_trains()
    {
        using var folder = new TemporaryFolder();
        var program = Example("new TrainingRun");
        program.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBeLessThanOrEqualTo(11);
        var consumer = GeneratorHarness.Compile(program.Replace("\"theta.safetensors\"", $"@\"{folder["theta.safetensors"]}\"", StringComparison.Ordinal));
        consumer = consumer.WithOptions(consumer.Options.WithOutputKind(OutputKind.ConsoleApplication))
            .AddReferences(new[] { typeof(RunConfiguration), typeof(RuntimeCompiler) }.Select(type => MetadataReference.CreateFromFile(type.Assembly.Location)));
        GeneratorHarness.Complaints(consumer).ShouldBeEmpty();
        using var image = new MemoryStream();
        consumer.Emit(image).Success.ShouldBeTrue();
        Assembly.Load(image.ToArray()).EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        MetaParameters.Load(folder["theta.safetensors"]).Architecture.StateSize.ShouldBe(8);
    }

    [Fact]
    public void The_part_in_docs_compiles()
    {
        var part = Block(File.ReadAllText(RepositoryPaths.InRepository("docs", "parts.md")), "[VsmlPart");
        var consumer = GeneratorHarness.Compile(part.Replace("public sealed record", "internal sealed record", StringComparison.Ordinal)).AddReferences(MetadataReference.CreateFromFile(typeof(RunConfiguration).Assembly.Location));
        GeneratorHarness.Complaints(consumer).ShouldBeEmpty();
    }

    private static string Example(string with) => Block(s_readme, with);

    private static string Block(string text, string with) =>
        CodeBlock().Matches(text).Where(block => block.Groups[1].Value == "csharp").Select(block => block.Groups[2].Value).Single(code => code.Contains(with, StringComparison.Ordinal));

    [GeneratedRegex("```(\\w+)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
