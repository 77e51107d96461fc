using Microsoft.CodeAnalysis.Diagnostics;

namespace Vsml.Generators.Declaration;

/// <summary>What a project's properties say; Vsml.Gen.props shows them to the compiler.</summary>
/// <param name="DiagnosticPages">Where the pages about diagnostics lie: a folder or a web address that ends in a slash; empty where nobody says.</param>
/// <param name="ReportsUnoptimized">Whether a build without optimisation is worth a message.</param>
internal sealed record ProjectOptions(string DiagnosticPages, bool ReportsUnoptimized)
{
    /// <summary>Reads the properties.</summary>
    /// <param name="options">Options of the whole compilation.</param>
    public static ProjectOptions Read(AnalyzerConfigOptions options) => new(
        options.TryGetValue("build_property.VsmlDiagnosticPages", out var pages) ? pages : "",
        !(options.TryGetValue("build_property.VsmlReportUnoptimized", out var reports) && bool.TryParse(reports, out var value) && !value));
}
