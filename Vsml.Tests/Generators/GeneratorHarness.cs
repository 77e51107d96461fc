using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Vsml.Generators;

namespace Vsml.Tests.Generators;

/// <summary>Runs the generator over source text as a strict consumer's compiler would.</summary>
internal static class GeneratorHarness
{
    private static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name
                && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "Vsml.Runtime.dll" or "Vsml.Architecture.dll"))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Nullable, documentation and all other warnings as errors, no unsafe code, no implicit usings.</summary>
    public static CSharpCompilation Compile(params string[] sources) => Compile(LanguageVersion.Latest, sources);

    /// <summary>The same for an older C#.</summary>
    public static CSharpCompilation Compile(LanguageVersion version, params string[] sources)
    {
        var parse = new CSharpParseOptions(version, DocumentationMode.Diagnose);
        return CSharpCompilation.Create(
            "Consumer",
            sources.Select((source, i) => CSharpSyntaxTree.ParseText(source, parse, path: string.Create(CultureInfo.InvariantCulture, $"/src/File{i}.cs"))),
            s_references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable,
                warningLevel: 9999, generalDiagnosticOption: ReportDiagnostic.Error, allowUnsafe: false));
    }

    /// <summary>The same with references to ILGPU, to the runtime of kernels for it, or to both.</summary>
    public static CSharpCompilation WithIlgpu(this CSharpCompilation compilation, bool ilgpu = true, bool runtime = true) => compilation.AddReferences(
        new[] { (ilgpu, typeof(ILGPU.Context)), (runtime, typeof(Vsml.Ilgpu.IlgpuModel)) }.Where(item => item.Item1).Select(item => MetadataReference.CreateFromFile(item.Item2.Assembly.Location)));

    public static CSharpGeneratorDriver Driver(
        IncrementalGeneratorOutputKind disabled = IncrementalGeneratorOutputKind.None, LanguageVersion version = LanguageVersion.Latest,
        IReadOnlyDictionary<string, string>? properties = null) =>
        CSharpGeneratorDriver.Create(
            [new VsmlModelGenerator().AsSourceGenerator()],
            parseOptions: new CSharpParseOptions(version, DocumentationMode.Diagnose),
            optionsProvider: new ProjectProperties(properties ?? new Dictionary<string, string>()),
            driverOptions: new GeneratorDriverOptions(disabled, trackIncrementalGeneratorSteps: true));

    /// <summary>The compilation with what was emitted, and the generator's own diagnostics.</summary>
    public static (Compilation Output, IReadOnlyList<Diagnostic> Reported) Run(
        Compilation compilation, IncrementalGeneratorOutputKind disabled = IncrementalGeneratorOutputKind.None, IReadOnlyDictionary<string, string>? properties = null)
    {
        Driver(disabled, ((CSharpCompilation)compilation).LanguageVersion, properties).RunGeneratorsAndUpdateCompilation(compilation, out var output, out var reported);
        return (output, reported);
    }

    /// <summary>All that the compiler says about the output, warnings included.</summary>
    public static IReadOnlyList<string> Complaints(Compilation output) =>
        [.. output.GetDiagnostics().Where(diagnostic => diagnostic.Severity > DiagnosticSeverity.Hidden).Select(diagnostic => diagnostic.ToString())];

    /// <summary>Emits the surface alone, and expects neither diagnostics of the generator nor of the compiler.</summary>
    public static Compilation RunClean(params string[] sources)
    {
        var (output, reported) = Run(Compile(sources), IncrementalGeneratorOutputKind.Implementation);
        reported.ShouldBeEmpty();
        Complaints(output).ShouldBeEmpty();
        return output;
    }
}
