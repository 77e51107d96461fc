using Vsml.Tests.Fixtures;
using Vsml.Tool;

namespace Vsml.Tests.Structure;

/// <summary>What a reader of the tutorials would type works.</summary>
public sealed class TutorialTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Tutorials => [.. Directory.EnumerateFiles(RepositoryPaths.InRepository("docs", "tutorials"), "*.md").Select(Path.GetFileName).OfType<string>().Where(name => name != "README.md")];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Tutorials))]
    public void Its_programs_run_one_after_the_other(string name)
    {
        var programs = DocumentedProgram.Blocks(Path.Combine("tutorials", name), "csharp");
        programs.ShouldNotBeEmpty();
        foreach (var program in programs) DocumentedProgram.Run(program, _folder);
    }

    [Theory]
    [MemberData(nameof(Tutorials))]
    public void Its_command_lines_exist(string name)
    {
        var context = new ToolContext(TextWriter.Null, TextWriter.Null);
        foreach (var line in DocumentedProgram.Blocks(Path.Combine("tutorials", name), "sh").SelectMany(block => block.Split('\n')).Where(line => line.StartsWith("vsml ", StringComparison.Ordinal)))
            VsmlTool.Parse(line.Split(' ')[1..], context).Errors.ShouldBeEmpty(line);
    }

    [Fact]
    public void They_are_all_in_the_list()
    {
        var list = File.ReadAllText(RepositoryPaths.InRepository("docs", "tutorials", "README.md"));
        foreach (string name in Tutorials) list.ShouldContain($"]({name})");
    }
}
