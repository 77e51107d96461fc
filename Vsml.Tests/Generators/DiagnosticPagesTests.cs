using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Vsml.Generators;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Generators;

/// <summary>Every diagnostic has a page that is right, a row in the release-tracking file, and a test.</summary>
public partial class DiagnosticPagesTests
{
    // Nothing that a declaration says can cause these.
    private static readonly string[] s_notByDeclaration = ["VSML0010", "VSML0301", "VSML0302", "VSML0900"];

    private static readonly IReadOnlyDictionary<string, DiagnosticDescriptor> s_rules =
        (IReadOnlyDictionary<string, DiagnosticDescriptor>)typeof(VsmlModelGenerator).Assembly
            .GetType("Vsml.Generators.Diagnostics.DiagnosticDescriptors", throwOnError: true)!
            .GetProperty("ById", BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!;

    public static TheoryData<string> Ids => [.. s_rules.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void It_has_a_page_a_release_row_and_a_test(string id)
    {
        var rule = s_rules[id];
        var page = Page(id);
        page.ShouldStartWith($"# {id}: {rule.Title}\n");
        page.ShouldContain("\n> ");
        File.ReadAllText(RepositoryPaths.InRepository("docs", "diagnostics", "README.md")).ShouldContain($"- [{id}]({id}.md): {rule.Title}\n");

        var rows = File.ReadAllLines(RepositoryPaths.InRepository("Vsml.Generators", "AnalyzerReleases.Unshipped.md"))
            .Concat(File.ReadAllLines(RepositoryPaths.InRepository("Vsml.Generators", "AnalyzerReleases.Shipped.md")));
        rows.Where(row => row.StartsWith(id, StringComparison.Ordinal)).ShouldBe([$"{id} | {rule.Category} | {rule.DefaultSeverity} | {rule.Title}"]);

        if (!s_notByDeclaration.Contains(id))
            DiagnosticTests.Mistakes.Select(row => (string)row[0]).ShouldContain(id);
    }

    public static TheoryData<string> IdsByDeclaration => [.. s_rules.Keys.Except(s_notByDeclaration)];

    [Theory]
    [MemberData(nameof(IdsByDeclaration))]
    public void Its_page_shows_a_wrong_and_a_right_declaration(string id)
    {
        var page = Page(id);
        var blocks = CodeBlock().Matches(page);
        blocks.Count.ShouldBe(2);

        var quoted = page.Split('\n').Single(line => line.StartsWith("> ", StringComparison.Ordinal))[2..];
        var wrong = GeneratorHarness.Run(GeneratorHarness.Compile(blocks[0].Groups[1].Value)).Reported;
        wrong.ShouldHaveSingleItem().Id.ShouldBe(id);
        wrong[0].GetMessage().ShouldBe(quoted);
        GeneratorHarness.Run(GeneratorHarness.Compile(blocks[1].Groups[1].Value)).Reported.ShouldBeEmpty();
    }

    [Fact]
    public void There_is_no_page_without_a_diagnostic() =>
        Directory.GetFiles(RepositoryPaths.InRepository("docs", "diagnostics"))
            .Select(Path.GetFileNameWithoutExtension)
            .ShouldBe([.. s_rules.Keys, "README"], ignoreOrder: true);

    private static string Page(string id) =>
        File.ReadAllText(RepositoryPaths.InRepository("docs", "diagnostics", id + ".md"));

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
