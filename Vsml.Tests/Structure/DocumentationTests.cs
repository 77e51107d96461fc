using System.Text.RegularExpressions;
using Vsml.Tests.Fixtures;
using Vsml.Tool;

namespace Vsml.Tests.Structure;

/// <summary>What texts of the repository point to is there.</summary>
public partial class DocumentationTests
{
    public static TheoryData<string> Texts => [.. Files("*.md").Where(path => !path.StartsWith("Vsml.Tests", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Links_of_a_text_lead_somewhere(string path)
    {
        var folder = Path.GetDirectoryName(RepositoryPaths.InRepository(path))!;
        foreach (var target in Link().Matches(File.ReadAllText(RepositoryPaths.InRepository(path))).Select(link => link.Groups[1].Value))
        {
            if (target.Contains("://", StringComparison.Ordinal)) continue;
            var (file, heading) = target.Split('#') is [var before, var after] ? (before, after) : (target, null);
            var full = file.Length == 0 ? RepositoryPaths.InRepository(path) : Path.Combine(folder, file);
            Path.Exists(full).ShouldBeTrue($"{path}: {target}");
            if (heading is not null) Headings(full).Select(Anchor).ShouldContain(heading, $"{path}: {target}");
        }
    }

    // Links to folders lead nowhere on the site, so texts name them.
    [Fact]
    public void Folders_that_texts_name_are_there()
    {
        var named = 0;
        foreach (string path in Texts)
            foreach (var folder in Folder().Matches(File.ReadAllText(RepositoryPaths.InRepository(path))).Select(code => code.Groups[1].Value))
            {
                Path.Exists(RepositoryPaths.InRepository(folder)).ShouldBeTrue($"{path}: {folder}");
                named++;
            }
        named.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void Docstrings_cite_texts_and_headings_that_exist()
    {
        var cited = 0;
        foreach (var path in Files("*.cs"))
            foreach (Match citation in Citation().Matches(LineBreak().Replace(File.ReadAllText(RepositoryPaths.InRepository(path)), " ")))
            {
                var text = RepositoryPaths.InRepository("docs", citation.Groups[1].Value);
                File.Exists(text).ShouldBeTrue($"{path} cites {citation.Value}");
                if (citation.Groups[2].Success) Headings(text).ShouldContain(citation.Groups[2].Value, path);
                cited++;
            }
        cited.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void Every_text_of_docs_can_be_reached_from_the_readme()
    {
        var reached = new HashSet<string> { "README.md" };
        var open = new Queue<string>(reached);
        while (open.TryDequeue(out var path))
            foreach (var target in Link().Matches(File.ReadAllText(RepositoryPaths.InRepository(path))).Select(link => link.Groups[1].Value.Split('#')[0]))
            {
                var next = Path.GetRelativePath(RepositoryPaths.Root, Path.GetFullPath(Path.Combine(RepositoryPaths.InRepository(path), "..", target)));
                if (next.EndsWith(".md", StringComparison.Ordinal) && File.Exists(RepositoryPaths.InRepository(next)) && reached.Add(next)) open.Enqueue(next);
            }
        Files("*.md").Where(path => Path.GetDirectoryName(path) == "docs").ShouldBeSubsetOf(reached);
    }

    // A page that stands in no contents gets those of the whole site, whose links are wrong in folders of folders.
    [Fact]
    public void Every_text_of_the_site_stands_in_its_contents()
    {
        var folder = RepositoryPaths.InRepository("docs");
        var listed = ContentsEntry().Matches(File.ReadAllText(Path.Combine(folder, "toc.yml"))).Select(entry => Path.GetFullPath(Path.Combine(folder, entry.Groups[1].Value)))
            .Select(path => Path.GetRelativePath(RepositoryPaths.Root, path)).Where(path => path.EndsWith(".md", StringComparison.Ordinal)).ToList();
        foreach (var path in listed) File.Exists(RepositoryPaths.InRepository(path)).ShouldBeTrue(path);
        string[] folders = ["docs/tutorials/", "experiments/", "Vsml.Runtime/Shipped/", "data/tabular/"];
        Files("*.md").Where(path => Path.GetDirectoryName(path) == "docs" || Array.Exists(folders, place => path.Replace('\\', '/').StartsWith(place, StringComparison.Ordinal)))
            .ShouldBeSubsetOf(listed);
    }

    [Fact]
    public void Every_option_of_the_command_and_every_schema_is_told()
    {
        var formats = File.ReadAllText(RepositoryPaths.InRepository("docs", "formats.md"));
        var commands = VsmlTool.Parse([], new ToolContext(TextWriter.Null, TextWriter.Null)).RootCommandResult.Command.Subcommands;
        foreach (var command in commands.Concat(commands.SelectMany(command => command.Subcommands)))
        {
            formats.ShouldContain(command.Name);
            foreach (var option in command.Options.Where(option => !option.Recursive)) formats.ShouldContain(option.Name, customMessage: command.Name);
        }
        foreach (var schema in Directory.EnumerateFiles(RepositoryPaths.InRepository("schemas"))) formats.ShouldContain($"](../schemas/{Path.GetFileName(schema)})");
    }

    private static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(RepositoryPaths.Root, pattern, SearchOption.AllDirectories).Select(path => Path.GetRelativePath(RepositoryPaths.Root, path))
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "artifacts" || part.StartsWith('.')));

    private static IEnumerable<string> Headings(string path) =>
        File.ReadLines(path).Where(line => line.StartsWith('#')).Select(line => line.TrimStart('#').Trim());

    // As the usual renderers name a heading's anchor.
    private static string Anchor(string heading) => NotInAnchor().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"`(Vsml\.\w+(?:/[\w.]+)+/?)`")]
    private static partial Regex Folder();

    [GeneratedRegex(@"href: (\S+)")]
    private static partial Regex ContentsEntry();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\b([a-z-]+\.md)(?:, ""([^""]+)"")?")]
    private static partial Regex Citation();

    [GeneratedRegex(@"\s*\n\s*///?\s*")]
    private static partial Regex LineBreak();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
