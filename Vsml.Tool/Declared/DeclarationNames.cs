using Microsoft.CodeAnalysis.CSharp;
using Vsml.Generators.Declaration;

namespace Vsml.Tool.Declared;

/// <summary>Names of classes as the source generator sees them.</summary>
internal static class DeclarationNames
{
    /// <summary>What the class of a JSON architecture is called where nobody chose a name.</summary>
    public const string Standard = "Vsml.Compiled.Network";

    /// <summary>Declares a class.</summary>
    /// <param name="name">Namespace and name.</param>
    /// <param name="architecture">A valid architecture.</param>
    /// <exception cref="VsmlException">The name is not one that C# allows.</exception>
    public static ModelDeclaration Declare(string name, Architecture architecture)
    {
        var parts = name.Split('.');
        if (!parts.All(SyntaxFacts.IsValidIdentifier))
            throw new VsmlException($"'{name}' is not a namespace and a class name, such as Demo.MnistLearner.");
        return Declare(string.Join('.', parts[..^1]), parts[^1], architecture);
    }

    /// <summary>Declares a class.</summary>
    /// <param name="space">Its namespace, empty for the global one.</param>
    /// <param name="name">Its name.</param>
    /// <param name="architecture">A valid architecture.</param>
    public static ModelDeclaration Declare(string space, string name, Architecture architecture) =>
        new(string.Join('.', space.Split('.').Select(part => SyntaxFacts.GetKeywordKind(part) == SyntaxKind.None ? part : "@" + part)),
            SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None && SyntaxFacts.GetContextualKeywordKind(name) == SyntaxKind.None ? name : "@" + name,
            architecture);
}
