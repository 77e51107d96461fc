using System.Diagnostics;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Vsml.Benchmarks.Measurement;
using Vsml.Benchmarks.Reporting;
using Vsml.Generators;

namespace Vsml.Benchmarks.Suites;

/// <summary>
/// The source generator on ten declared models, in a process that is warm as a compiler server is: once with a new driver and
/// compilation, and again after an edit that concerns no model.
/// </summary>
internal sealed class GeneratorSuite : ISuite
{
    private const int Models = 10, Edits = 8, MostRounds = 25;

    // The JIT optimises a method after some thirty calls, and its callees after that.
    private const int WarmUps = 10, LeastWarmUps = 40;
    private static readonly CSharpParseOptions s_parse = new(LanguageVersion.Latest);

    /// <inheritdoc/>
    public string Name => "generator";

    /// <inheritdoc/>
    public bool TimesArchitectures => false;

    /// <inheritdoc/>
    public void Measure(SuiteRun run)
    {
        var references = References();
        var repetitions = Math.Min(run.Timing.Repetitions, MostRounds);
        // Names differ from round to round, so that nothing of an earlier one can be found again.
        var round = 0;
        run.Begin(0, 1, "warming up");
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < run.Timing.WarmUpSeconds * WarmUps || round < LeastWarmUps;)
            Round(references, $"Round{round++}");
        var (cold, edited) = (new List<double>(), new List<double>());
        for (var r = 0; r < repetitions; r++)
        {
            run.Begin(r, repetitions, $"round {r + 1}");
            var (first, edits) = Round(references, $"Round{round++}");
            cold.Add(first);
            edited.AddRange(edits);
        }
        Add("10-models-new-driver", Sample.OfTimes(cold));
        Add("10-models-unrelated-edit", Sample.OfTimes(edited));

        void Add(string name, Sample sample) =>
            run.Add(new BenchmarkResult { Suite = Name, Case = name, Milliseconds = sample.Quiet * 1e3, Spread = sample.Spread });
    }

    private static (double Cold, double[] Edits) Round(MetadataReference[] references, string name)
    {
        var start = Stopwatch.GetTimestamp();
        var trees = Enumerable.Range(0, Models).Select(i => Parse(Model(name, i), $"Model{i}.cs")).ToList();
        var other = Parse(Other(0), "Other.cs");
        var compilation = CSharpCompilation.Create(name, [.. trees, other], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new VsmlModelGenerator().AsSourceGenerator()], parseOptions: s_parse);
        driver = driver.RunGenerators(compilation);
        var cold = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var emitted = driver.GetRunResult();
        if (!emitted.Diagnostics.IsEmpty || emitted.GeneratedTrees.Length < Models)
            throw new VsmlException($"The generator did not emit {Models} models: {string.Join("; ", emitted.Diagnostics)}");

        var edits = new double[Edits];
        for (var e = 0; e < Edits; e++)
        {
            var next = Parse(Other(e + 1), "Other.cs");
            compilation = compilation.ReplaceSyntaxTree(other, next);
            other = next;
            start = Stopwatch.GetTimestamp();
            driver = driver.RunGenerators(compilation);
            edits[e] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        return (cold, edits);
    }

    private static string Other(int edit) => string.Create(CultureInfo.InvariantCulture,
        $"namespace Consumer; public static class Other {{ public static int Answer() => {edit}; }}");

    private static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, s_parse, path);

    // Ten different networks: one and two layers, with and without a backward sweep, of the usual state sizes.
    private static string Model(string name, int i)
    {
        int[] sizes = [8, 12, 16, 32, 64];
        return string.Create(CultureInfo.InvariantCulture,
            $$"""
            using Vsml;

            namespace {{name}};

            [VsmlModel(StateSize = {{sizes[i % sizes.Length]}}, MessageSize = 8, LabelFeedback = {{(i % 3 == 0 ? "true" : "false")}}, MessageLayerNorm = {{(i % 4 == 3 ? "true" : "false")}})]
            [DenseLayer({{784 - i}}, {{32 + i}})]
            {{(i % 2 == 0 ? "" : $"[DenseLayer({32 + i}, {10 + i})]")}}
            [TickSchedule(MicroTicks = 2, BackwardSweep = BackwardSweep.{{(BackwardSweep)(i % 3)}})]
            public sealed partial class Learner{{i}};
            """);
    }

    private static MetadataReference[] References() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var file
                && (file.StartsWith("System.", StringComparison.Ordinal) || file is "netstandard.dll" or "Vsml.Runtime.dll" or "Vsml.Architecture.dll"))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];
}
