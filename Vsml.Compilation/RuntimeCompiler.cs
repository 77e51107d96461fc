using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Metadata;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Vsml.Contracts;
using Vsml.Generators.Declaration;
using Vsml.Generators.Emission;

namespace Vsml;

/// <summary>
/// Compiles an architecture that is known only at run time, with the very emitters that the source generator uses: emit, compile
/// in memory, load.
/// </summary>
public static class RuntimeCompiler
{
    private const string Namespace = "Vsml.Compiled";
    private const string TypeName = "Network";
    private static readonly ConcurrentDictionary<(Architecture, SimdLevel?), Lazy<object>> Models = new();
    private static readonly Lazy<MetadataReference[]> References = new(() => [.. ReferencedAssemblies().Select(Reference)]);

    /// <summary>The compiled model of an architecture; compiled once per process.</summary>
    /// <param name="architecture">A valid architecture.</param>
    public static VsmlModel Compile(Architecture architecture) => Compile(architecture, null);

    /// <summary>The compiled model of an architecture; compiled once per process and level.</summary>
    /// <param name="architecture">A valid architecture.</param>
    /// <param name="only">The one level to compile kernels for, which takes a third of the time; null for all.</param>
    /// <exception cref="VsmlException">Sizes are free; <see cref="CompileFree"/> compiles for all of them.</exception>
    public static VsmlModel Compile(Architecture architecture, SimdLevel? only)
    {
        Layouts.RequireSizes(architecture);
        return (VsmlModel)Compiled(architecture, only);
    }

    /// <summary>The model of an architecture with the fewest compilations: a shipped one, else one that is compiled once for all sizes.</summary>
    /// <param name="architecture">A valid architecture of given sizes.</param>
    /// <param name="only">The one level to compile kernels for; null for all.</param>
    /// <exception cref="VsmlException">Sizes are free.</exception>
    public static VsmlModel Find(Architecture architecture, SimdLevel? only = null)
    {
        Layouts.RequireSizes(architecture);
        return ShippedModels.Find(architecture) ?? CompileFree(architecture, only).For(architecture);
    }

    /// <summary>The compiled model of all architectures that differ from one in sizes of dense layers alone; compiled once per process and level.</summary>
    /// <param name="architecture">A valid architecture; which of its sizes are given does not matter, but for those of convolutions.</param>
    /// <param name="only">The one level to compile kernels for; null for all.</param>
    public static FreeSizeModel CompileFree(Architecture architecture, SimdLevel? only = null) => CompileExactly(FreeSizes.Release(architecture), only);

    /// <summary>The compiled model of an architecture that leaves sizes free, and of its given ones.</summary>
    internal static FreeSizeModel CompileExactly(Architecture architecture, SimdLevel? only) => (FreeSizeModel)Compiled(architecture, only);

    /// <summary>The class that is compiled for an architecture.</summary>
    /// <param name="architecture">A valid architecture.</param>
    public static ModelDeclaration Declare(Architecture architecture) => new(Namespace, TypeName, architecture);

    /// <summary>Compiles the emitted files of a class and loads it.</summary>
    /// <param name="files">Files emitted for what <see cref="Declare"/> gives.</param>
    /// <param name="references">Assemblies that they need beside the runtime.</param>
    /// <returns>The class.</returns>
    public static Type Load(IReadOnlyList<EmittedFile> files, params IReadOnlyList<Assembly> references)
    {
        // The analysis of nullable references takes long and finds nothing in emitted code.
        var options = new CSharpParseOptions(LanguageVersion.Latest, DocumentationMode.None).WithFeatures([new("run-nullable-analysis", "never")]);
        // What a user writes by hand: the class that the emitted parts complete.
        string[] texts = [$"namespace {Namespace}; public sealed partial class {TypeName};", .. files.Select(file => file.Text)];
        var compilation = CSharpCompilation.Create(
            $"Vsml.Compiled.{Guid.NewGuid():N}",
            texts.Select(text => CSharpSyntaxTree.ParseText(SourceText.From(text), options)),
            [.. References.Value, .. references.Select(Reference)],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        if (!result.Success)
            throw new InvalidOperationException("The emitted code does not compile: " + result.Diagnostics.First(d => d.Severity == DiagnosticSeverity.Error));
        image.Position = 0;
        // The context of this assembly, so that the loaded code binds to the same runtime types.
        var context = AssemblyLoadContext.GetLoadContext(typeof(RuntimeCompiler).Assembly) ?? AssemblyLoadContext.Default;
        return context.LoadFromStream(image).GetType($"{Namespace}.{TypeName}", throwOnError: true)!;
    }

    private static object Compiled(Architecture architecture, SimdLevel? only) =>
        Models.GetOrAdd((architecture, only), key => new Lazy<object>(() => CompileAnew(key.Item1, key.Item2))).Value;

    private static object CompileAnew(Architecture architecture, SimdLevel? only)
    {
        var declaration = Declare(architecture);
        var network = Load([ModelEmitter.EmitSurface(declaration), .. ModelEmitter.EmitKernels(declaration, only?.ToString())]);
        return network.GetProperty("Model", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
    }

    private static IEnumerable<Assembly> ReferencedAssemblies()
    {
        yield return typeof(VsmlModel).Assembly;
        yield return typeof(Architecture).Assembly;
        yield return typeof(object).Assembly;
        foreach (var name in new[] { "System.Runtime", "System.Runtime.Intrinsics", "System.Runtime.InteropServices", "System.Memory", "System.Collections", "netstandard" })
            yield return Assembly.Load(name);
    }

    // From memory rather than from files: in a single-file program assemblies have no path.
    private static unsafe MetadataReference Reference(Assembly assembly)
    {
        if (!assembly.TryGetRawMetadata(out var blob, out var length))
            throw new InvalidOperationException($"{assembly.FullName} has no metadata to compile against.");
        return AssemblyMetadata.Create(ModuleMetadata.CreateFromMetadata((nint)blob, length)).GetReference();
    }
}
