using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Generators;

namespace Vsml.Tests.Structure;

/// <summary>Code that stands in a text of the documentation.</summary>
internal static partial class DocumentedProgram
{
    // What a new project has without asking.
    private const string ImplicitUsings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    /// <summary>The blocks of code of a text.</summary>
    /// <param name="text">Path below docs.</param>
    /// <param name="language">What they are marked as.</param>
    public static IReadOnlyList<string> Blocks(string text, string language) =>
        [.. CodeBlock().Matches(File.ReadAllText(RepositoryPaths.InRepository("docs", text))).Where(block => block.Groups[1].Value == language).Select(block => block.Groups[2].Value)];

    /// <summary>Compiles a program and what the generator emits for it, with all packages at hand; no warning is allowed.</summary>
    public static Compilation Compile(string program, OutputKind kind) => Compile(kind, program);

    /// <summary>As <see cref="Compile(string, OutputKind)"/>, of several files.</summary>
    public static Compilation Compile(OutputKind kind, params string[] files)
    {
        var consumer = GeneratorHarness.Compile([ImplicitUsings, .. files]);
        if (files.Any(file => file.Contains("using Vsml.Ilgpu;", StringComparison.Ordinal))) consumer = consumer.WithIlgpu();
        consumer = consumer.WithOptions(consumer.Options.WithOutputKind(kind)).AddReferences(
            new[] { typeof(RunConfiguration), typeof(RuntimeCompiler), typeof(Microsoft.Extensions.Logging.ILogger), typeof(FactAttribute), typeof(Assert), typeof(VerifyXunit.Verifier) }
                .Select(type => MetadataReference.CreateFromFile(type.Assembly.Location)));
        var (output, reported) = GeneratorHarness.Run(consumer);
        reported.ShouldBeEmpty();
        GeneratorHarness.Complaints(output).ShouldBeEmpty();
        return output;
    }

    /// <summary>Compiles and runs a program in this process. Files that it names lie in a folder, and a GPU is what is there of devices.</summary>
    public static void Run(string program, TemporaryFolder folder)
    {
        var placed = Place().Replace(program, place => $"@\"{folder[place.Groups[1].Value]}\"").Replace("\"cuda\"", "\"cpu\"", StringComparison.Ordinal);
        using var image = new MemoryStream();
        Compile(placed, OutputKind.ConsoleApplication).Emit(image).Success.ShouldBeTrue();
        Assembly.Load(image.ToArray()).EntryPoint!.Invoke(null, [Array.Empty<string>()]);
    }

    [GeneratedRegex("```(\\w+)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("\"([a-z]+\\.safetensors|run|boards/[a-z]+)\"")]
    private static partial Regex Place();
}
