using System.CommandLine;
using Vsml.Benchmarks.Processes;
using Vsml.Benchmarks.Suites;
using Vsml.Contracts;

namespace Vsml.Benchmarks;

/// <summary>The command line: what people type, and what a run passes on to the processes that measure for it.</summary>
internal static class CommandLine
{
    /// <summary>Parses and runs.</summary>
    /// <param name="arguments">The program's arguments.</param>
    /// <returns>The exit code: 0, or 2 for bad input.</returns>
    public static int Run(string[] arguments)
    {
        var suites = new Argument<string[]>("SUITE") { Description = $"Suites to run ({string.Join(", ", SuiteList.Names)}); all by default.", Arity = ArgumentArity.ZeroOrMore };
        var quick = new Option<bool>("--quick") { Description = "Fewer and shorter repetitions: under a minute a suite, with noisier figures." };
        var json = new Option<string?>("--json") { Description = "Also write the figures to this file." };
        var architecture = new Option<FileInfo?>("--architecture") { Description = $"Time the suites {string.Join(", ", SuiteList.TimingArchitectures)} on the layout of this JSON file instead of their own cases." };
        var child = new Option<string?>(MeasuringProcess.ChildOption) { Hidden = true };
        var command = new RootCommand("Measures the speed of the emitted kernels and of what is built on them.") { suites, quick, json, architecture, child };
        command.SetAction(parsed =>
        {
            var names = parsed.GetValue(suites)!;
            if (names.FirstOrDefault(name => !SuiteList.Names.Contains(name)) is { } unknown)
                throw new VsmlException($"There is no suite or option '{unknown}'; there are the suites {string.Join(", ", SuiteList.Names)}, and --help.");
            if (parsed.GetValue(json) is "" or "-") throw new VsmlException("--json: give the name of a file; standard output has the table.");
            var options = new BenchmarkOptions(names, parsed.GetValue(quick), parsed.GetValue(json), parsed.GetValue(architecture)?.FullName);
            if (parsed.GetValue(child) is not { } level) BenchmarkRun.Run(options);
            else if (SimdLevels.TryParse(level, out var asked)) MeasuringProcess.Measure(options, asked);
            else throw new VsmlException($"There is no SIMD level '{level}'.");
        });
        var result = command.Parse(arguments);
        if (result.Errors.Count > 0) throw new VsmlException(result.Errors[0].Message.ReplaceLineEndings(" "));
        return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }
}
