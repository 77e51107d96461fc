using Microsoft.CodeAnalysis;
using Vsml.Tests.Fixtures;
using Vsml.Tool;

namespace Vsml.Tests.Structure;

/// <summary>What a reader of the other pages would type works.</summary>
public sealed class PageProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("backpropagation.md", 1)]
    [InlineData("ilgpu.md", 2)]
    [InlineData("python.md", 1)]
    public void Programs_run(string page, int count)
    {
        var programs = DocumentedProgram.Blocks(page, "csharp");
        programs.Count.ShouldBe(count);
        foreach (var program in programs) DocumentedProgram.Run(program, _folder);
    }

    // The template of the same test is installed and run by another.
    [Fact]
    public void The_snapshot_test_compiles() => DocumentedProgram.Compile(
        // A class of tests has no docstrings.
        "#pragma warning disable CS1591\n" + DocumentedProgram.Blocks("snapshot-testing.md", "csharp").ShouldHaveSingleItem() + "[VsmlModel, DenseLayer(4, 2)] internal sealed partial class MnistLearner;",
        OutputKind.DynamicallyLinkedLibrary);

    // parts.md has its own test, with README's.
    [Fact]
    public void No_page_has_a_program_that_is_not_run() =>
        Directory.EnumerateFiles(RepositoryPaths.InRepository("docs"), "*.md").Select(Path.GetFileName).OfType<string>().Where(page => DocumentedProgram.Blocks(page, "csharp").Count > 0)
            .ShouldBe(["backpropagation.md", "ilgpu.md", "parts.md", "python.md", "snapshot-testing.md"], ignoreOrder: true);

    [Fact]
    public void Command_lines_exist()
    {
        var context = new ToolContext(TextWriter.Null, TextWriter.Null);
        var lines = Directory.EnumerateFiles(RepositoryPaths.InRepository("docs"), "*.md").Select(Path.GetFileName).OfType<string>()
            .SelectMany(page => DocumentedProgram.Blocks(page, "sh").SelectMany(block => block.Split('\n')).Where(line => line.StartsWith("vsml ", StringComparison.Ordinal)).Select(line => (page, line))).ToList();
        lines.ShouldNotBeEmpty();
        foreach (var (page, line) in lines) VsmlTool.Parse([.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(line).Skip(1)], context).Errors.ShouldBeEmpty($"{page}: {line}");
    }
}
