using System.CommandLine;
using Vsml.Tool.Experiments;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml experiment</c>: the published experiments, each by its name.</summary>
internal static class ExperimentCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print, and when to stop.</param>
    public static Command Create(ToolContext context)
    {
        var name = new Argument<string>("NAME") { Description = $"One of {string.Join(", ", Experiment.All.Select(experiment => experiment.Name))}; or list." };
        var quick = new Option<bool>("--quick") { Description = "A few minutes on two cores: fewer and shorter episodes, shorter meta-training." };
        var folder = new Option<string?>("--out") { HelpName = "DIR", Description = "Folder for what comes out; one that was begun goes on. Left out: experiments/NAME/results." };
        var command = new ToolCommand(
            "experiment",
            "Run a published experiment: figures as tables, and as a page for 'vsml report'. Ctrl-C stops it; the same command goes on.",
            "vsml experiment list",
            "vsml experiment online-learning --quick --out results/online")
        {
            name, quick, folder,
        };
        command.SetAction(parsed =>
        {
            var chosen = parsed.GetValue(name)!;
            if (Experiment.All.FirstOrDefault(experiment => experiment.Name == chosen) is not { } experiment)
                throw new VsmlException($"There is no experiment '{chosen}'; there are {string.Join(", ", Experiment.All.Select(one => one.Name))}.");
            var path = parsed.GetValue(folder) ?? Path.Combine("experiments", experiment.Name, "results");
            var written = new ExperimentRun(experiment, path, parsed.GetValue(quick), context).Run();
            context.Output.WriteLine($"{Path.Combine(written, "RESULTS.md")}; see it with 'vsml report {written} --open'");
            return ExitCodes.Success;
        });
        command.Subcommands.Add(CreateList(context));
        return command;
    }

    private static ToolCommand CreateList(ToolContext context)
    {
        var command = new ToolCommand("list", "List the experiments.", "vsml experiment list");
        command.SetAction(_ =>
        {
            foreach (var experiment in Experiment.All) context.Output.WriteLine($"{experiment.Name}\t{experiment.Title}");
            return ExitCodes.Success;
        });
        return command;
    }
}
