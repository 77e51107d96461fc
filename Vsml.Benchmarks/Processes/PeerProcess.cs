using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Vsml.Benchmarks.Cases;
using Vsml.Benchmarks.Measurement;

namespace Vsml.Benchmarks.Processes;

/// <summary>What a peer's program found out.</summary>
/// <param name="Library">Name and version.</param>
/// <param name="ExamplesPerSecond">Of each form that it times.</param>
/// <param name="ProductGflops">Speed of its matrix product alone, if it tells.</param>
internal sealed record PeerFigures(string Library, IReadOnlyDictionary<string, double> ExamplesPerSecond, double? ProductGflops);

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

    /// <summary>Runs a program.</summary>
    /// <param name="python">The Python.</param>
    /// <param name="script">File name below peers.</param>
    /// <param name="network">A network of one dense layer.</param>
    /// <param name="timing">How to repeat.</param>
    /// <returns>What it found out.</returns>
    /// <exception cref="VsmlException">The program failed.</exception>
    public static PeerFigures Run(string python, string script, NetworkCase network, Timing timing)
    {
        var architecture = network.Architecture;
        var path = Path.Combine(AppContext.BaseDirectory, "peers", script);
        var outcome = Start(python,
        [
            path, "--inputs", Text(architecture.InputSize), "--outputs", Text(architecture.OutputSize), "--state", Text(architecture.StateSize),
            "--messages", Text(architecture.MessageSize), "--micro-ticks", Text(architecture.Schedule.MicroTicksOf(0)),
            "--seconds", Text(timing.RepetitionSeconds * 3), "--repetitions", Text(timing.Repetitions),
        ]) ?? throw new VsmlException($"{python} cannot be started.");
        if (outcome.ExitCode != 0) throw new VsmlException($"{script} failed: {outcome.Error.Trim()}");
        using var json = JsonDocument.Parse(outcome.Output);
        var figures = json.RootElement;
        return new PeerFigures(
            figures.GetProperty("library").GetString()!,
            figures.GetProperty("examplesPerSecond").EnumerateObject().ToDictionary(form => form.Name, form => form.Value.GetDouble()),
            figures.TryGetProperty("productGflops", out var product) ? product.GetDouble() : null);
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static (int ExitCode, string Output, string Error)? Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // One core, like the kernels.
        foreach (var variable in new[] { "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS" }) start.Environment[variable] = "1";
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
