using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Vsml.Benchmarks.Cases;
using Vsml.Benchmarks.Measurement;
using Vsml.Contracts;

namespace Vsml.Benchmarks.Processes;

/// <summary>What a peer's program found out.</summary>
/// <param name="Library">Name and version.</param>
/// <param name="ExamplesPerSecond">Of each form that it times.</param>
internal sealed record PeerFigures(string Library, IReadOnlyDictionary<string, double> ExamplesPerSecond);

/// <summary>How fast a peer's matrix product is.</summary>
/// <param name="Gflops">Its speed.</param>
/// <param name="IsTuned">Whether a tuned BLAS is installed for it.</param>
/// <param name="CoreType">What OpenBLAS is told that the machine's core is; null where it decides itself.</param>
internal sealed record PeerProduct(double Gflops, bool IsTuned, string? CoreType);

/// <summary>Python programs beside this one that time the same learning in other libraries.</summary>
internal static class PeerProcess
{
    // The system's own Python has the distribution's packages even where another one comes first on the path.
    private static readonly string[] s_pythons = ["python3", "/usr/bin/python3"];

    /// <summary>A Python that has a module.</summary>
    /// <param name="module">The module.</param>
    /// <returns>The program, or null if there is none.</returns>
    public static string? FindPython(string module) =>
        s_pythons.FirstOrDefault(python => Start(python, ["-c", $"import importlib.util, sys; sys.exit(importlib.util.find_spec('{module}') is None)"]) is { ExitCode: 0 });

    /// <summary>The fastest matrix product that a program reaches: OpenBLAS does not know every core, and takes a plain kernel for one it does not.</summary>
    /// <param name="python">The Python.</param>
    /// <param name="script">File name below peers, of a program that times its product.</param>
    /// <param name="network">A network of one dense layer.</param>
    /// <exception cref="VsmlException">The program failed.</exception>
    public static PeerProduct FastestProduct(string python, string script, NetworkCase network)
    {
        return CoreTypes().Select(Product).MaxBy(product => product.Gflops)!;

        PeerProduct Product(string? coreType)
        {
            using var json = Output(python, script, network, coreType, "--product");
            return new(json.RootElement.GetProperty("productGflops").GetDouble(), json.RootElement.GetProperty("tunedBlas").GetBoolean(), coreType);
        }
    }

    /// <summary>Runs a program.</summary>
    /// <param name="python">The Python.</param>
    /// <param name="script">File name below peers.</param>
    /// <param name="network">A network of one dense layer.</param>
    /// <param name="coreType">What OpenBLAS is told that the machine's core is, or null.</param>
    /// <param name="timing">How to repeat.</param>
    /// <returns>What it found out.</returns>
    /// <exception cref="VsmlException">The program failed.</exception>
    public static PeerFigures Run(string python, string script, NetworkCase network, string? coreType, Timing timing)
    {
        using var json = Output(python, script, network, coreType, "--seconds", Text(timing.RepetitionSeconds * 3), "--repetitions", Text(timing.Repetitions));
        return Figures(json);
    }

    /// <summary>Runs a population in a library, on the machine's GPU if it finds one.</summary>
    /// <param name="python">The Python.</param>
    /// <param name="library">jax or pytorch.</param>
    /// <param name="network">A network of one dense layer.</param>
    /// <param name="members">Episodes, each with theta of its own.</param>
    /// <param name="length">Examples of an episode.</param>
    /// <param name="timing">How to repeat.</param>
    /// <exception cref="VsmlException">The program failed.</exception>
    public static PeerFigures RunPopulation(string python, string library, NetworkCase network, int members, int length, Timing timing)
    {
        using var json = Output(python, "vsml_population.py", network, null, "--library", library, "--members", Text(members), "--length", Text(length), "--repetitions", Text(timing == Timing.Quick ? 3 : 9));
        return Figures(json);
    }

    // OpenBLAS's names of the kernels that this machine can run, its own choice first.
    private static IEnumerable<string?> CoreTypes()
    {
        yield return null;
        if (SimdLevels.Widest >= SimdLevel.Avx2) yield return "Haswell";
        if (SimdLevels.Widest >= SimdLevel.Avx2) yield return "Zen";
        if (SimdLevels.Widest >= SimdLevel.Avx512) yield return "SkylakeX";
    }

    private static JsonDocument Output(string python, string script, NetworkCase network, string? coreType, params string[] options)
    {
        var architecture = network.Architecture;
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "peers", script),
            "--inputs", Text(architecture.InputSize), "--outputs", Text(architecture.OutputSize), "--state", Text(architecture.StateSize),
            "--messages", Text(architecture.MessageSize), "--micro-ticks", Text(architecture.Schedule.MicroTicksOf(0)), .. options,
        ];
        var outcome = Start(python, arguments, coreType) ?? throw new VsmlException($"{python} cannot be started.");
        if (outcome.ExitCode != 0) throw new VsmlException($"{script} failed: {outcome.Error.Trim()}");
        return JsonDocument.Parse(outcome.Output);
    }

    private static PeerFigures Figures(JsonDocument json) => new(
        json.RootElement.GetProperty("library").GetString()!,
        json.RootElement.GetProperty("examplesPerSecond").EnumerateObject().ToDictionary(form => form.Name, form => form.Value.GetDouble()));

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static (int ExitCode, string Output, string Error)? Start(string program, string[] arguments, string? coreType = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // One core, like the kernels.
        foreach (var variable in new[] { "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS" }) start.Environment[variable] = "1";
        if (coreType is not null) start.Environment["OPENBLAS_CORETYPE"] = coreType;
        try
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.Result);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
