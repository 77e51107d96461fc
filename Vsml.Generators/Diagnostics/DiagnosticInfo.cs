using Microsoft.CodeAnalysis;

namespace Vsml.Generators.Diagnostics;

/// <summary>A diagnostic by value.</summary>
/// <param name="Id">Its ID, one of <see cref="DiagnosticDescriptors"/>.</param>
/// <param name="Location">Where.</param>
/// <param name="Arguments">What fills the message.</param>
internal sealed record DiagnosticInfo(string Id, LocationInfo Location, EquatableArray<string> Arguments)
{
    /// <summary>Makes one.</summary>
    /// <param name="descriptor">The rule.</param>
    /// <param name="location">Where.</param>
    /// <param name="arguments">What fills the message.</param>
    public static DiagnosticInfo Of(DiagnosticDescriptor descriptor, Location location, params string[] arguments) =>
        new(descriptor.Id, LocationInfo.From(location), new(arguments));

    /// <summary>Whether it keeps the model from being emitted.</summary>
    public bool IsError => DiagnosticDescriptors.ById[Id].DefaultSeverity == DiagnosticSeverity.Error;

    /// <summary>The compiler's form of it.</summary>
    /// <param name="compilation">The present compilation.</param>
    /// <param name="pages">Where the pages about diagnostics lie.</param>
    public Diagnostic ToDiagnostic(Compilation compilation, string pages) =>
        Diagnostic.Create(DiagnosticDescriptors.WithPage(DiagnosticDescriptors.ById[Id], pages), Location.In(compilation), [.. Arguments]);
}
