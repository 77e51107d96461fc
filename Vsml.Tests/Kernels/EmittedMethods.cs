using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Vsml.Generators.Emission;

namespace Vsml.Tests.Kernels;

/// <summary>A method of the emitted code, read back from its text.</summary>
/// <param name="File">The emitted file.</param>
/// <param name="Syntax">The method.</param>
internal sealed record EmittedMethod(string File, MethodDeclarationSyntax Syntax)
{
    /// <summary>Its name.</summary>
    public string Name => Syntax.Identifier.Text;

    /// <summary>Parameters and declared locals, whatever declares them.</summary>
    public int Locals => Syntax.ParameterList.Parameters.Count
        + Syntax.DescendantNodes().Count(node => node is VariableDeclaratorSyntax or SingleVariableDesignationSyntax or ForEachStatementSyntax);

    /// <summary>Multiply-adds in each innermost loop that has any, in the order of the text.</summary>
    public IReadOnlyList<int> ProductsOfInnerLoops =>
    [
        .. Syntax.DescendantNodes().OfType<ForStatementSyntax>()
            .Where(loop => !loop.Statement.DescendantNodes().OfType<ForStatementSyntax>().Any())
            .Select(loop => Products(loop.Statement))
            .Where(products => products > 0),
    ];

    /// <summary>All methods of the files emitted for an architecture.</summary>
    /// <param name="architecture">The architecture.</param>
    public static IReadOnlyList<EmittedMethod> Of(Architecture architecture) =>
    [
        .. from file in ModelEmitter.EmitKernels(RuntimeCompiler.Declare(architecture))
           from method in CSharpSyntaxTree.ParseText(file.Text).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
           select new EmittedMethod(file.Name, method),
    ];

    // Fused, or a product that goes straight into a sum; what stands in an argument is an address.
    private static int Products(StatementSyntax body) => body.DescendantNodes().Count(node =>
        node is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "FusedMultiplyAdd" } }
        || (node.IsKind(SyntaxKind.MultiplyExpression) && node.Parent.IsKind(SyntaxKind.AddExpression) && !node.Ancestors().OfType<ArgumentSyntax>().Any()));
}
