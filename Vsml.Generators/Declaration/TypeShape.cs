using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Vsml.Generators.Diagnostics;

namespace Vsml.Generators.Declaration;

/// <summary>What a declared type must be for a learner to be emitted into it: a plain, partial, top-level class.</summary>
internal static class TypeShape
{
    // Collection expressions.
    private const LanguageVersion NeededVersion = LanguageVersion.CSharp12;

    /// <summary>Checks the type itself, but not its attributes.</summary>
    /// <param name="type">The declared type.</param>
    /// <param name="compilation">The compilation that declares it.</param>
    /// <param name="cancellation">Stops the check.</param>
    public static IEnumerable<DiagnosticInfo> Check(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellation)
    {
        foreach (var reference in type.DeclaringSyntaxReferences)
            if (reference.GetSyntax(cancellation) is TypeDeclarationSyntax syntax)
                foreach (var problem in CheckDeclaration(type, syntax, compilation, cancellation))
                    yield return problem;
    }

    /// <summary>Checks that no member of the type has the name of an emitted one.</summary>
    /// <param name="type">The declared type.</param>
    /// <param name="emitted">Names of the members that are emitted for it.</param>
    public static IEnumerable<DiagnosticInfo> CheckMembers(INamedTypeSymbol type, IEnumerable<string> emitted)
    {
        var names = new HashSet<string>(emitted);
        if (names.Contains(type.Name)) yield return Collision(type, type.Name);
        foreach (var member in type.GetMembers())
            if (!member.IsImplicitlyDeclared && (names.Contains(member.Name) || IsEmittedConstructor(member)))
                yield return Collision(member, member is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor ? $"{type.Name}({constructor.Parameters[0].Type.Name}, ulong)" : member.Name);

        DiagnosticInfo Collision(ISymbol symbol, string name) =>
            DiagnosticInfo.Of(DiagnosticDescriptors.MemberCollision, symbol.Locations[0], type.Name, name);
    }

    private static bool IsEmittedConstructor(ISymbol member) =>
        member is IMethodSymbol { MethodKind: MethodKind.Constructor, Parameters.Length: 2 } constructor
        && constructor.Parameters[0].Type.ToDisplayString() is KnownNames.MetaParameters or KnownNames.PackedTheta
        && constructor.Parameters[1].Type.SpecialType == SpecialType.System_UInt64;

    /// <summary>Checks that the project's C# has what emitted code uses.</summary>
    /// <param name="type">Name of the declared type.</param>
    /// <param name="syntax">Its declaration.</param>
    public static IEnumerable<DiagnosticInfo> CheckLanguage(string type, TypeDeclarationSyntax syntax)
    {
        if (syntax.SyntaxTree.Options is CSharpParseOptions { LanguageVersion: var version and < NeededVersion })
            yield return DiagnosticInfo.Of(DiagnosticDescriptors.LanguageVersion, syntax.Identifier.GetLocation(), type,
                NeededVersion.ToDisplayString(), version.ToDisplayString());
    }

    private static IEnumerable<DiagnosticInfo> CheckDeclaration(INamedTypeSymbol type, TypeDeclarationSyntax syntax, Compilation compilation, CancellationToken cancellation)
    {
        if (!syntax.Modifiers.Any(SyntaxKind.PartialKeyword))
            yield return DiagnosticInfo.Of(DiagnosticDescriptors.NotPartial, syntax.Identifier.GetLocation(), type.Name);

        foreach (var modifier in syntax.Modifiers)
            if (modifier.Kind() is SyntaxKind.StaticKeyword or SyntaxKind.AbstractKeyword)
                yield return Wrong(modifier.GetLocation(), modifier.Text, $"Remove '{modifier.Text}'");
            else if (modifier.IsKind(SyntaxKind.FileKeyword))
                yield return Wrong(modifier.GetLocation(), "file-local", "Remove 'file'");

        if (syntax is RecordDeclarationSyntax)
            yield return Wrong(syntax.Keyword.GetLocation(), "a record", "Write 'class' instead of 'record'");
        else if (syntax is StructDeclarationSyntax)
            yield return Wrong(syntax.Keyword.GetLocation(), "a struct", "Write 'class' instead of 'struct'");

        if (syntax.TypeParameterList is { } typeParameters)
            yield return Wrong(typeParameters.GetLocation(), "generic", "Remove its type parameters; sizes are declared by attributes");
        if (syntax.ParameterList is { } parameters && syntax is ClassDeclarationSyntax)
            yield return Wrong(parameters.GetLocation(), "given a primary constructor", "Remove the parameter list; its constructor is emitted");
        if (type.ContainingType is { } outer)
            yield return Wrong(syntax.Identifier.GetLocation(), $"nested in '{outer.Name}'", "Move it out");

        // Only this declaration's own base list: another partial one reports for itself.
        if (type.BaseType is { SpecialType: not SpecialType.System_Object, TypeKind: TypeKind.Class } baseType
            && type.TypeKind == TypeKind.Class && !type.IsRecord
            && baseType.ToDisplayString() != KnownNames.Learner
            && syntax.BaseList?.Types[0] is { } written
            && SymbolEqualityComparer.Default.Equals(compilation.GetSemanticModel(syntax.SyntaxTree).GetTypeInfo(written.Type, cancellation).Type, baseType))
            yield return DiagnosticInfo.Of(DiagnosticDescriptors.OtherBaseClass, written.GetLocation(), type.Name, baseType.ToDisplayString());

        DiagnosticInfo Wrong(Location location, string what, string remedy) =>
            DiagnosticInfo.Of(DiagnosticDescriptors.WrongKind, location, type.Name, what, remedy);
    }
}
