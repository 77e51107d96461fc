using System.CommandLine;
using System.Text;
using System.Text.Json;
using Spectre.Console;
using Vsml.Files;
using Vsml.MetaTraining;
using Vsml.Reporting;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml sweep</c>: many runs of a grid of configurations and seeds, and one table and one page of what they came to.</summary>
internal static class SweepCommand
{
    private const string PageFile = "report.html";
    private static readonly JsonWriterOptions s_indented = new() { Indented = true, NewLine = "\n" };

    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print, and when to stop.</param>
    public static Command Create(ToolContext context)
    {
        var file = new Argument<string>("GRID.json") { Description = "The runs (schemas/sweep.schema.json)." };
        var folder = new Option<string>("--out") { HelpName = "DIR", Description = "Has the folder of each run, and report.html. Runs that were begun go on; those that are finished stay.", Required = true };
        var atOnce = NumberOption.Create("--runs", "R", 1, 1024, 1, "Runs side by side.");
        var threads = NumberOption.Create("--threads", "K", 1, 1024, "Threads of each run; left out: the cores are shared evenly.");
        var only = NumberOption.Create("--only", "INDEX", 0, int.MaxValue, "Run this one alone, counted from 0: a job of an array.");
        var collect = new Option<bool>("--collect") { Description = "Run nothing; print what the runs have come to, and write the page anew." };
        var results = new Option<string?>("--json") { HelpName = "FILE", Description = "Write the table as JSON." };
        var parts = new PartsOption();
        var command = new ToolCommand(
            "sweep",
            "Meta-train with many configurations and seeds, and compare what comes out. Ctrl-C stops all with checkpoints; the same command goes on.",
            "vsml sweep grid.json --out sweeps/first --runs 2 --json sweeps/first.json",
            "vsml sweep grid.json --out sweeps/first --collect")
        {
            file, folder, atOnce, threads, only, collect, results,
        };
        parts.AddTo(command);
        command.SetAction(parsed =>
        {
            parts.Load(parsed);
            var place = parsed.GetValue(results) is { } name ? new ResultPlace(name, context, parsed.GetValue(file)) : null;
            var grid = context.Abandonable(() => SweepGrid.Read(parsed.GetValue(file)!));
            var runs = Chosen(grid, parsed.GetValue(only));
            var (path, quiet, collects) = (parsed.GetValue(folder)!, place?.IsStandardOutput == true, parsed.GetValue(collect));
            MakeFolder(path, collects);
            // Jobs of an array run side by side, and none knows whether it is the last.
            var page = parsed.GetValue(only) is null ? new ResultPlace(Path.Combine(path, PageFile), context, parsed.GetValue(file)) : null;
            var found = collects
                ? [.. runs.Select(run => SweepResult.Of(run, Path.Combine(path, run.Name)))]
                : SweepRunner.Run(runs, path, Models, parsed.GetValue(atOnce), parsed.GetValue(threads) ?? 0, quiet ? null : result => context.Error.WriteLine(Line(result)), context.Cancellation);
            place?.Write(stream => WriteJson(found, stream));
            if (!quiet) Print(found, context);
            page?.Write(stream => stream.Write(Encoding.UTF8.GetBytes(Report.OfSweep(found, path, parsed.GetValue(file)!).Format())));
            if (page is not null && !quiet) context.Error.WriteLine($"The page is {Path.GetFullPath(Path.Combine(path, PageFile))}");
            return context.Cancellation.IsCancellationRequested ? ExitCodes.Interrupted
                : found.Any(result => result.Error is not null) ? ExitCodes.BadInput : ExitCodes.Success;
        });
        return command;
    }

    private static Func<Architecture, VsmlModel> Models(RunConfiguration configuration) => architecture => RuntimeCompiler.Find(architecture, configuration.Simd);

    private static IReadOnlyList<SweepRun> Chosen(SweepGrid grid, int? index) => index is not { } one ? grid.Runs
        : one < grid.Runs.Count ? [grid.Runs[one]] : throw new VsmlException($"--only: there is no run {one}; the grid has {grid.Runs.Count}, counted from 0.");

    private static void MakeFolder(string path, bool mustBeThere)
    {
        if (mustBeThere && !Directory.Exists(path)) throw new VsmlException($"--collect: there is no folder '{path}', so no run has begun; leave out --collect to begin.");
        DurableFolder.Create(path);
    }

    private static string Line(SweepResult result) => $"{result.Run.Name} {result.Status}{(result.Error is null ? "" : $": {result.Error}")}";

    private static void Print(IReadOnlyList<SweepResult> results, ToolContext context)
    {
        var table = SweepTable.Of(results);
        if (!context.IsInteractive)
        {
            foreach (var row in table.Rows.Prepend(table.Columns)) context.Output.WriteLine(string.Join('\t', row));
            return;
        }
        var drawn = new Table().Border(TableBorder.Rounded);
        foreach (var column in table.Columns) drawn.AddColumn(Markup.Escape(column));
        foreach (var row in table.Rows) drawn.AddRow(row.Select(Markup.Escape).ToArray());
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Output) }).Write(drawn);
    }

    private static void WriteJson(IReadOnlyList<SweepResult> results, Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, s_indented);
        writer.WriteStartObject();
        writer.WriteStartArray("results");
        foreach (var result in results)
        {
            writer.WriteStartObject();
            writer.WriteString("run", result.Run.Name);
            writer.WriteNumber("seed", result.Run.Seed);
            writer.WriteStartObject("settings");
            foreach (var setting in result.Run.Settings)
            {
                writer.WritePropertyName(setting.Field);
                writer.WriteRawValue(setting.Value);
            }
            writer.WriteEndObject();
            writer.WriteString("status", result.Status);
            writer.WriteNumber("iteration", result.Iteration);
            if (result.Loss is { } loss) writer.WriteNumber("loss", loss);
            if (result.Accuracy is { } accuracy) writer.WriteNumber("accuracy", accuracy);
            if (result.Score is { } score) writer.WriteNumber("score", score);
            if (result.Error is { } error) writer.WriteString("error", error);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
