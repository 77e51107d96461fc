using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Generators;

/// <summary>What a project's settings change: a message where kernels would be slow, and where help links lead.</summary>
public class ProjectOptionsTests
{
    private const string Source = "[Vsml.VsmlModel, Vsml.DenseLayer(4, 2)] public partial class Net;";
    private const string Mistake = "[Vsml.VsmlModel, Vsml.DenseLayer(4, 0)] public partial class Net;";

    [Fact]
    public void A_build_without_optimisation_is_told_what_it_costs_and_what_to_write()
    {
        var reported = GeneratorHarness.Run(Unoptimized(Source)).Reported.ShouldHaveSingleItem();

        reported.Id.ShouldBe("VSML0301");
        reported.Severity.ShouldBe(DiagnosticSeverity.Info);
        reported.GetMessage().ShouldContain("'Net'");
        reported.GetMessage().ShouldContain("<Optimize>true</Optimize>");
        reported.Location.SourceTree!.ToString()[reported.Location.SourceSpan.Start..].ShouldStartWith("Net;");
    }

    [Fact]
    public void The_message_keeps_no_kernel_from_being_emitted() =>
        GeneratorHarness.Run(Unoptimized(Source)).Output.SyntaxTrees.ShouldContain(tree => tree.FilePath.EndsWith("Net.Kernels.g.cs", StringComparison.Ordinal));

    [Fact]
    public void An_optimised_build_has_nothing_to_be_told() =>
        GeneratorHarness.Run(GeneratorHarness.Compile(Source)).Reported.ShouldBeEmpty();

    [Theory]
    [InlineData("false", 0)]
    [InlineData("False", 0)]
    [InlineData("true", 1)]
    [InlineData("", 1)]
    public void One_property_switches_the_message_off(string value, int messages) =>
        GeneratorHarness.Run(Unoptimized(Source), properties: new Dictionary<string, string> { ["VsmlReportUnoptimized"] = value }).Reported.Count.ShouldBe(messages);

    [Theory]
    [InlineData("https://example.org/pages/", "https://example.org/pages/VSML0102.md")]
    [InlineData("/packages/vsml.gen/build/../docs/diagnostics/", "file:///packages/vsml.gen/docs/diagnostics/VSML0102.md")]
    [InlineData("docs/diagnostics/", "")]
    [InlineData("", "")]
    public void Help_links_are_absolute_or_none(string pages, string link) =>
        GeneratorHarness.Run(GeneratorHarness.Compile(Mistake), properties: new Dictionary<string, string> { ["VsmlDiagnosticPages"] = pages })
            .Reported.ShouldHaveSingleItem().Descriptor.HelpLinkUri.ShouldBe(link);

    [Fact]
    public void The_properties_are_those_that_the_build_shows_to_the_compiler()
    {
        var props = XDocument.Load(RepositoryPaths.InRepository("Vsml.Generators", "Vsml.Gen.props"));
        props.Descendants("CompilerVisibleProperty").Select(item => item.Attribute("Include")!.Value).ShouldBe(["VsmlDiagnosticPages", "VsmlReportUnoptimized"]);

        var folder = props.Descendants("VsmlDiagnosticPages").Single().Value.Replace("$(MSBuildThisFileDirectory)", RepositoryPaths.InRepository("Vsml.Generators") + "/");
        var reported = GeneratorHarness.Run(GeneratorHarness.Compile(Mistake), properties: new Dictionary<string, string> { ["VsmlDiagnosticPages"] = folder }).Reported;
        File.Exists(new Uri(reported.Single().Descriptor.HelpLinkUri).LocalPath).ShouldBeTrue();
    }

    private static CSharpCompilation Unoptimized(string source)
    {
        var compilation = GeneratorHarness.Compile(source);
        return compilation.WithOptions(compilation.Options.WithOptimizationLevel(OptimizationLevel.Debug));
    }
}
