using System.Text.RegularExpressions;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Scale;
using Vsml.Tool;

namespace Vsml.Tests.Structure;

/// <summary>What a reader of the tutorials would type works.</summary>
public sealed partial class TutorialTests : IDisposable
{
    private const string Python = "python", Cluster = "cluster";
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Tutorials => [.. Names];

    private static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.md").Select(Path.GetFileName).OfType<string>().Where(name => name != "README.md");

    private static string Folder => RepositoryPaths.InRepository("docs", "tutorials");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("learn")]
    [InlineData("declare")]
    [InlineData("meta-train", "read-a-run")]
    [InlineData("parts")]
    [InlineData("pin")]
    [InlineData("gpu")]
    [InlineData(Cluster)]
    public void All_that_they_say_can_be_done_in_order(params string[] pages)
    {
        foreach (var page in pages) FollowedPage.Follow($"tutorials/{page}.md", _folder);
    }

    [PythonFact("numpy")]
    public void The_one_from_Python_and_back_too() => FollowedPage.Follow($"tutorials/{Python}.md", _folder);

    [MpiFact(MpiPrograms.OpenMpi)]
    public void The_one_of_a_cluster_too_with_its_processes() => FollowedPage.Follow($"tutorials/{Cluster}.md", _folder, withMpi: true);

    [Fact]
    public void Each_of_them_is_followed_by_a_test() =>
        typeof(TutorialTests).GetMethod(nameof(All_that_they_say_can_be_done_in_order))!.GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(InlineDataAttribute))
            .SelectMany(attribute => (IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)attribute.ConstructorArguments[0].Value!).Select(argument => $"{argument.Value}.md").Append($"{Python}.md")
            .ShouldBe(Names, ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Tutorials))]
    public void Its_command_lines_exist(string name)
    {
        var context = new ToolContext(TextWriter.Null, TextWriter.Null);
        foreach (var line in DocumentedProgram.Blocks(Path.Combine("tutorials", name), "sh").SelectMany(block => block.Split('\n')).Where(line => line.StartsWith("vsml ", StringComparison.Ordinal)))
            VsmlTool.Parse(line.Split(' ')[1..], context).Errors.ShouldBeEmpty(line);
    }

    [Fact]
    public void They_stand_in_one_order_in_the_list_and_in_the_contents_and_lead_from_one_to_the_next()
    {
        List<string> listed = [.. Entry().Matches(File.ReadAllText(Path.Combine(Folder, "README.md"))).Select(entry => entry.Groups[1].Value)];
        listed.ShouldBe(Names, ignoreOrder: true);
        Contents().Matches(File.ReadAllText(RepositoryPaths.InRepository("docs", "toc.yml"))).Select(entry => entry.Groups[1].Value).Where(name => name != "README.md").ShouldBe(listed);
        for (var i = 0; i < listed.Count; i++)
        {
            var last = File.ReadAllText(Path.Combine(Folder, listed[i])).TrimEnd().Split("\n\n")[^1];
            Links().Matches(last).Select(link => link.Groups[1].Value).ShouldBe(listed[Math.Max(0, i - 1)..Math.Min(i + 2, listed.Count)].Where(name => name != listed[i]), listed[i]);
        }
    }

    [GeneratedRegex(@"^\d+\. \[[^\]]+\]\((\S+)\)", RegexOptions.Multiline)]
    private static partial Regex Entry();

    [GeneratedRegex(@"href: tutorials/(\S+)")]
    private static partial Regex Contents();

    [GeneratedRegex(@"\]\(([\w-]+\.md)\)")]
    private static partial Regex Links();
}
