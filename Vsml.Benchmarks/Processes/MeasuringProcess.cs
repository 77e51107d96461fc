using System.Diagnostics;
using System.Reflection;
using Vsml.Benchmarks.Measurement;
using Vsml.Benchmarks.Suites;
using Vsml.Contracts;
using Vsml.Files;

namespace Vsml.Benchmarks.Processes;

/// <summary>
/// A process of this same program that measures one suite at one SIMD level. Levels below the machine's own have the wider ones
/// switched off, because the JIT gives even narrow code the registers and instructions of the widest that it may use.
/// </summary>
internal static class MeasuringProcess
{
    /// <summary>The option that makes this program measure instead of showing.</summary>
    public const string ChildOption = "--measure-at";

    /// <summary>In the child: measures.</summary>
    /// <param name="options">Names one suite.</param>
    /// <param name="level">The level that this process must have.</param>
    /// <exception cref="VsmlException">The process has another level.</exception>
    public static void Measure(BenchmarkOptions options, SimdLevel level)
    {
        if (SimdLevels.Widest != level)
            throw new VsmlException($"This process runs at {SimdLevels.Widest.Name()} and cannot measure {level.Name()}.");
        var architecture = options.ArchitecturePath is { } path ? ArchitectureJson.Read(path) : null;
        var run = new SuiteRun(level, options.Quick, architecture is null ? null : new(Path.GetFileNameWithoutExtension(options.ArchitecturePath!), architecture));
        foreach (var name in options.Suites) SuiteList.Find(name).Measure(run);
        run.Complete();
    }

    /// <summary>In the parent: starts a child and waits for it.</summary>
    /// <param name="suite">The suite.</param>
    /// <param name="level">The level.</param>
    /// <param name="options">Quick or not, and the layout.</param>
    /// <param name="listener">Is told what the child tells.</param>
    /// <exception cref="VsmlException">The child failed.</exception>
    public static void Run(string suite, SimdLevel level, BenchmarkOptions options, IChildListener listener)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        foreach (var argument in new[] { suite, ChildOption, level.Name() }) start.ArgumentList.Add(argument);
        if (options.Quick) start.ArgumentList.Add("--quick");
        if (options.ArchitecturePath is { } path)
        {
            start.ArgumentList.Add("--architecture");
            start.ArgumentList.Add(path);
        }
        if (level < SimdLevel.Avx512) start.Environment["DOTNET_EnableAVX512"] = "0";
        if (level < SimdLevel.Avx2) start.Environment["DOTNET_EnableAVX2"] = "0";

        using var process = Process.Start(start) ?? throw new VsmlException($"{program} cannot be started.");
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            while (process.StandardOutput.ReadLine() is { } line) ChildMessage.Read(line, listener);
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new VsmlException($"Suite {suite} at {level.Name()} failed: {errors.Result.Trim()}");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
