using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Generators;
using Vsml.Tool;

namespace Vsml.Tests.Structure;

/// <summary>What a reader of the tutorials would type works.</summary>
public sealed partial class TutorialTests : IDisposable
{
    // What a new project has without asking.
    private const string ImplicitUsings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Tutorials => [.. Directory.EnumerateFiles(RepositoryPaths.InRepository("docs", "tutorials"), "*.md").Select(Path.GetFileName).OfType<string>().Where(name => name != "README.md")];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Tutorials))]
    public void Its_programs_run_one_after_the_other(string name)
    {
        var programs = Blocks(name, "csharp").ToList();
        programs.ShouldNotBeEmpty();
        foreach (var program in programs)
        {
            // In a folder of their own, but in this process.
            var placed = Place().Replace(program, place => $"@\"{_folder[place.Groups[1].Value]}\"");
            var consumer = GeneratorHarness.Compile(ImplicitUsings, placed);
            consumer = consumer.WithOptions(consumer.Options.WithOutputKind(OutputKind.ConsoleApplication))
                .AddReferences(MetadataReference.CreateFromFile(typeof(RunConfiguration).Assembly.Location));
            var (output, reported) = GeneratorHarness.Run(consumer);
            reported.ShouldBeEmpty();
            GeneratorHarness.Complaints(output).ShouldBeEmpty();
            using var image = new MemoryStream();
            output.Emit(image).Success.ShouldBeTrue();
            Assembly.Load(image.ToArray()).EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        }
    }

    [Theory]
    [MemberData(nameof(Tutorials))]
    public void Its_command_lines_exist(string name)
    {
        var context = new ToolContext(TextWriter.Null, TextWriter.Null);
        foreach (var line in Blocks(name, "sh").SelectMany(block => block.Split('\n')).Where(line => line.StartsWith("vsml ", StringComparison.Ordinal)))
            VsmlTool.Parse(line.Split(' ')[1..], context).Errors.ShouldBeEmpty(line);
    }

    [Fact]
    public void They_are_all_in_the_list()
    {
        var list = File.ReadAllText(RepositoryPaths.InRepository("docs", "tutorials", "README.md"));
        foreach (string name in Tutorials) list.ShouldContain($"]({name})");
    }

    private static IEnumerable<string> Blocks(string tutorial, string language) =>
        CodeBlock().Matches(File.ReadAllText(RepositoryPaths.InRepository("docs", "tutorials", tutorial))).Where(block => block.Groups[1].Value == language).Select(block => block.Groups[2].Value);

    [GeneratedRegex("```(\\w+)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("\"([a-z]+\\.safetensors|run)\"")]
    private static partial Regex Place();
}
