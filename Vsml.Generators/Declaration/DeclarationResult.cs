using Vsml.Generators.Diagnostics;

namespace Vsml.Generators.Declaration;

/// <summary>What reading a declaration gave, by value.</summary>
/// <param name="Model">The model, or null where an error keeps it from being emitted.</param>
/// <param name="Diagnostics">Everything to report.</param>
internal sealed record DeclarationResult(ModelDeclaration? Model, EquatableArray<DiagnosticInfo> Diagnostics)
{
    /// <summary>Nothing to emit, nothing to report.</summary>
    public static DeclarationResult Empty { get; } = new(null, default);
}
