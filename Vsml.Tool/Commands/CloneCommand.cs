using System.CommandLine;
using System.Globalization;
using Vsml.MetaTraining;
using Vsml.Tool.Training;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml clone</c>: a run that clones backpropagation into the recurrent dynamics, begun or continued.</summary>
internal static class CloneCommand
{
    private const int PlainInterval = 1000, SlowPlainInterval = 10;

    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print, and when to stop.</param>
    public static Command Create(ToolContext context)
    {
        var config = new Option<string?>("--config") { HelpName = "RUN.json", Description = $"The run (schemas/clone.schema.json), or preset:NAME with one of {string.Join(", ", CloneConfigurationJson.Presets)}." };
        var folder = new Option<string?>("--out") { HelpName = "DIR", Description = "Folder for a new run: its configuration, checkpoints, metrics and theta.safetensors." };
        var resume = new Option<string?>("--resume") { HelpName = "DIR", Description = "Continue the run of this folder from its newest checkpoint, bit for bit." };
        var seed = NumberOption.Create("--seed", "S", ulong.MinValue, ulong.MaxValue, "Seed instead of the configuration's.");
        var command = new ToolCommand(
            "clone",
            "Learn meta-parameters with which running forward is backpropagation. Ctrl-C stops with a checkpoint.",
            "vsml clone --config preset:clone-quick --out runs/clone",
            "vsml clone --config run.json --out runs/second --seed 2",
            "vsml clone --resume runs/clone")
        {
            config, folder, resume, seed,
        };
        command.SetAction(parsed =>
        {
            using var run = Open(parsed.GetValue(config), parsed.GetValue(folder), parsed.GetValue(resume), parsed.GetValue(seed));
            var done = ProgressLine.Watch(context, "cloning", report => new CloneRun(run).Run(
                progress => report(progress.Iteration, progress.Iterations, Text(progress), progress.Iteration % PlainIntervalOf(run.Configuration.Stages[progress.Stage]) == 0),
                warning => context.Error.WriteLine($"vsml: {warning}"), context.Cancellation));
            var finished = done == run.Configuration.Iterations;
            context.Output.WriteLine(FormattableString.Invariant($"{(finished ? "finished" : "interrupted")} after {done} of {run.Configuration.Iterations} iterations; the run is in {run.Path}"));
            return finished ? ExitCodes.Success : ExitCodes.Interrupted;
        });
        return command;
    }

    private static CloneFolder Open(string? config, string? folder, string? resume, ulong? seed)
    {
        if (resume is not null)
            return (config, folder, seed) == (null, null, null) ? CloneFolder.Open(resume) : throw new VsmlException("--resume goes on with the run as it is; leave out --config, --out and --seed.");
        if (config is null) throw new VsmlException("--config is missing; give a run configuration or preset:NAME, or --resume DIR.");
        if (folder is null) throw new VsmlException("--out is missing; give a folder for the run.");
        var configuration = CloneConfigurationJson.Read(config);
        return CloneFolder.Create(folder, configuration with { Seed = seed ?? configuration.Seed });
    }

    private static int PlainIntervalOf(CloneStage stage) => stage.Optimizer == CloneOptimizer.Adam ? PlainInterval : SlowPlainInterval;

    private static string Text(CloneProgress progress) => string.Create(
        CultureInfo.InvariantCulture, $"stage {progress.Stage + 1}, loss {progress.Loss.Total:g3}: messages {progress.Loss.Forward:g2} and {progress.Loss.Backward:g2}, changes of w {progress.Loss.Weight:g2}, of b {progress.Loss.Bias:g2}");
}
