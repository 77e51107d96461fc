using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Vsml.Generators.Diagnostics;
using Vsml.Generators.Emission;
using Vsml.Generators.Planning.Ilgpu;

namespace Vsml.Generators.Declaration;

/// <summary>Reads a class with [VsmlModel] into a <see cref="ModelDeclaration"/>, or into what is wrong with it.</summary>
internal static class ModelDeclarationReader
{
    private static readonly SymbolDisplayFormat s_namespaceFormat = SymbolDisplayFormat.FullyQualifiedFormat
        .WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted);

    /// <summary>Whether a node with [VsmlModel] may declare a model, right or wrong.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cancellation">Unused.</param>
    public static bool IsCandidate(SyntaxNode node, CancellationToken cancellation) => node is TypeDeclarationSyntax;

    /// <summary>Reads the declaration; never throws but to cancel.</summary>
    /// <param name="context">The node with [VsmlModel] and its symbol.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static DeclarationResult Read(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        try
        {
            return Read((INamedTypeSymbol)context.TargetSymbol, context.TargetNode, context.SemanticModel.Compilation, cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new(null, new([DiagnosticInfo.Of(DiagnosticDescriptors.GeneratorFailed, context.TargetNode.GetLocation(),
                context.TargetSymbol.Name, "reading its declaration", exception.Message.TrimEnd('.'))]));
        }
    }

    private static DeclarationResult Read(INamedTypeSymbol type, SyntaxNode node, Compilation compilation, CancellationToken cancellation)
    {
        var attributes = AttributeArguments.Of(type, cancellation);
        var model = attributes.First(attribute => attribute.TypeName == KnownNames.VsmlModelAttribute);
        // [VsmlModel] on two partial declarations: the compiler refuses the second, and the first stands for both.
        if (model.Owner != node) return DeclarationResult.Empty;

        var syntax = (TypeDeclarationSyntax)node;
        var problems = new List<DiagnosticInfo>(TypeShape.CheckLanguage(type.Name, syntax));
        problems.AddRange(TypeShape.Check(type, compilation, cancellation));
        var (architecture, architectureProblems) = new ArchitectureReader(type.Name, model, attributes).Read(syntax.Identifier.GetLocation());
        problems.AddRange(architectureProblems);
        var ilgpu = IlgpuReference.Of(compilation);
        if (architecture is not null) problems.AddRange(TypeShape.CheckMembers(type, ModelEmitter.MemberNames(architecture, ilgpu == IlgpuReference.Complete)));

        var precision = new DevicePrecision(
            (Arithmetic)model.Value(nameof(DevicePrecision.Arithmetic), 0), (StateStorage)model.Value(nameof(DevicePrecision.StateStorage), 0));
        var declaration = architecture is null || problems.Any(problem => problem.IsError)
            ? null
            : new ModelDeclaration(
                type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(s_namespaceFormat),
                Identifier(type.Name),
                architecture)
            {
                HasIlgpuKernels = ilgpu == IlgpuReference.Complete && ModelEmitter.FitsIlgpu(architecture) && IlgpuPlan.Problem(architecture, precision) is null,
                Precision = precision,
            };
        if (declaration is not null && ilgpu.ReasonAgainst(declaration) is { } reason)
            problems.Add(DiagnosticInfo.Of(DiagnosticDescriptors.NoIlgpuKernels, syntax.Identifier.GetLocation(), type.Name, reason));
        if (declaration is not null && compilation.Options.OptimizationLevel == OptimizationLevel.Debug)
            problems.Add(DiagnosticInfo.Of(DiagnosticDescriptors.Unoptimized, syntax.Identifier.GetLocation(), type.Name));
        return new(declaration, new(problems));
    }

    private static string Identifier(string name) =>
        SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None && SyntaxFacts.GetContextualKeywordKind(name) == SyntaxKind.None ? name : "@" + name;
}
