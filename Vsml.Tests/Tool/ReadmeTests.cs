using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
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
        var consumer = GeneratorHarness.Compile(CSharp()[0]);
        consumer = consumer.WithOptions(consumer.Options.WithOutputKind(OutputKind.ConsoleApplication));
        var (output, reported) = GeneratorHarness.Run(consumer);
        reported.ShouldBeEmpty();
        GeneratorHarness.Complaints(output).ShouldBeEmpty();
    }

    [Fact]
    public void Its_snapshot_test_compiles()
    {
        var declaration = CSharp()[0];
        var consumer = GeneratorHarness.Compile(
            $$"""
            using System.Threading.Tasks;
            using VerifyXunit;
            using Vsml;
            using Xunit;

            {{declaration[declaration.IndexOf("[VsmlModel", StringComparison.Ordinal)..]}}
            class SnapshotTests
            {
                {{CSharp()[1]}}
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

    private static string[] CSharp() => [.. CodeBlock().Matches(s_readme).Where(block => block.Groups[1].Value == "csharp").Select(block => block.Groups[2].Value)];

    [GeneratedRegex("```(\\w+)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
