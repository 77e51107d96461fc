using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Vsml.Generators;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Structure;

/// <summary>A use, in one folder of a project, of something that another folder of it declares.</summary>
/// <param name="From">The folder of the use; empty for the project's own.</param>
/// <param name="To">The folder of the declaration.</param>
/// <param name="Source">The file of the use, below the project.</param>
/// <param name="Type">The type that is used.</param>
public sealed record FolderReference(string From, string To, string Source, string Type)
{
    /// <summary>All uses across folders of a project, as the compiler understands its sources. Comments do not count.</summary>
    /// <param name="project">Name of the project, which is that of its folder and assembly.</param>
    public static IReadOnlyList<FolderReference> In(string project)
    {
        var root = RepositoryPaths.InRepository(project);
        var compilation = Compile(project, root);
        // What the runtime's own generators add, bodies of partial methods, refers to nothing of ours.
        compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error && diagnostic.Id != "CS8795").ShouldBeEmpty(project);
        return [.. compilation.SyntaxTrees.Where(tree => IsOwn(tree, root)).AsParallel().SelectMany(tree => ReferencesOf(compilation.GetSemanticModel(tree), tree, root)).Distinct()];
    }

    private static IEnumerable<FolderReference> ReferencesOf(SemanticModel model, SyntaxTree tree, string root)
    {
        var file = Path.GetRelativePath(root, tree.FilePath);
        foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            var symbol = model.GetSymbolInfo(name).Symbol;
            var type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
            foreach (var declaration in (type?.OriginalDefinition.DeclaringSyntaxReferences ?? []).Where(declaration => IsOwn(declaration.SyntaxTree, root)))
            {
                var (from, to) = (FolderOf(file), FolderOf(Path.GetRelativePath(root, declaration.SyntaxTree.FilePath)));
                if (from != to) yield return new(from, to, file, type!.Name);
            }
        }
    }

    // Not what a generator adds.
    private static bool IsOwn(SyntaxTree tree, string root) => tree.FilePath.StartsWith(root, StringComparison.Ordinal);

    private static string FolderOf(string file) => file.Split(Path.DirectorySeparatorChar) is [var folder, _, ..] ? folder : "";

    private static Compilation Compile(string project, string root)
    {
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        string[] implicitUsings = ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];
        var usings = CSharpSyntaxTree.ParseText(string.Concat(implicitUsings.Select(space => $"global using {space};\n")), options);
        var sources = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(path => Path.GetRelativePath(root, path).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
            .Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), options, path));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) != project)
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(project, [usings, .. sources], references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
        CSharpGeneratorDriver.Create([new VsmlModelGenerator().AsSourceGenerator()], parseOptions: options).RunGeneratorsAndUpdateCompilation(compilation, out var completed, out _);
        return completed;
    }
}
