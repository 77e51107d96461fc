using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using Vsml.MetaTraining;
using Vsml.Tool.Slurm;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml slurm</c>: writes the script of a job that trains, or of an array of jobs that sweep.</summary>
internal static class SlurmCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print.</param>
    public static Command Create(ToolContext context)
    {
        var words = new Argument<string[]>("COMMAND") { Description = "After --: the train or sweep command that the job runs. Relative paths start where the job is submitted.", Arity = ArgumentArity.ZeroOrMore };
        var nodes = NumberOption.Create("--nodes", "N", 1, 100_000, 1, "Number of nodes.");
        var tasks = NumberOption.Create("--tasks-per-node", "K", 1, 10_000, 1, "Processes on each node.");
        var cores = NumberOption.Create("--cpus-per-task", "C", 1, 10_000, "Cores of each process.");
        var time = NumberOption.Create("--minutes", "M", 1, 1_000_000, "Time limit of the job, after which it is queued again.");
        var stop = NumberOption.Create("--stop-before", "SECONDS", 1, 65_535, 120, "How long before the limit the run is told to write its checkpoint.");
        var partition = new Option<string?>("--partition") { HelpName = "NAME", Description = "Partition of the cluster." };
        var name = new Option<string?>("--job-name") { HelpName = "NAME", Description = "Name of the job; left out: that of the run's folder." };
        var mpi = new Option<string>("--mpi") { HelpName = "pmi2|pmix", Description = "How srun connects the processes: pmi2 for MPICH, pmix for Open MPI.", DefaultValueFactory = _ => "pmi2" };
        var setup = new Option<string?>("--setup") { HelpName = "FILE", Description = "Lines for the script to run before, such as those that load modules." };
        var script = new Option<string>("--script") { HelpName = "FILE", Description = "Where to write the script; left out: standard output.", DefaultValueFactory = _ => "-" };
        var command = new ToolCommand(
            "slurm",
            "Write a job script for SLURM that trains or sweeps: told to stop before the time limit, it queues itself again and goes on.",
            "vsml slurm --nodes 4 --tasks-per-node 8 --minutes 720 --script job.sh -- train --config run.json --out runs/first",
            "vsml slurm --nodes 1 --minutes 60 --script array.sh -- sweep grid.json --out sweeps/first")
        {
            words, nodes, tasks, cores, time, stop, partition, name, mpi, setup, script,
        };
        command.SetAction(parsed =>
        {
            var given = parsed.GetValue(words) ?? [];
            var place = new ResultPlace(parsed.GetValue(script)!, context, parsed.GetValue(setup));
            var job = Job(given, context);
            var text = (job with
            {
                Name = parsed.GetValue(name) ?? job.Name,
                Nodes = parsed.GetValue(nodes),
                TasksPerNode = parsed.GetValue(tasks),
                CoresPerTask = parsed.GetValue(cores),
                Minutes = parsed.GetValue(time),
                SecondsToStop = parsed.GetValue(stop),
                Partition = parsed.GetValue(partition),
                Mpi = parsed.GetValue(mpi)!,
                Setup = parsed.GetValue(setup) is { } file ? File.ReadAllText(file) : job.Setup,
            }).ToString();
            if (job.ArrayLength is not null && (parsed.GetValue(nodes), parsed.GetValue(tasks)) != (1, 1))
                throw new VsmlException("--nodes: each run of a sweep has one process; leave out --nodes and --tasks-per-node.");
            place.Write(stream => stream.Write(Encoding.UTF8.GetBytes(text)));
            return ExitCodes.Success;
        });
        return command;
    }

    private static SlurmScript Job(string[] words, ToolContext context)
    {
        if (words is not ["train" or "sweep", ..]) throw new VsmlException("After -- comes the command of the job: -- train --config RUN.json --out DIR, or -- sweep GRID.json --out DIR.");
        var parsed = VsmlTool.Parse(words, context);
        if (parsed.Errors.Count > 0) throw new VsmlException($"The command of the job is wrong: {parsed.Errors[0].Message}");
        var program = ToolProgram.Words;
        return words[0] == "train" ? Train(words, parsed, program) : Sweep(words, parsed, program);
    }

    private static SlurmScript Train(string[] words, ParseResult parsed, string[] program)
    {
        var (folder, begun, config) = (Value(parsed, "--out"), Value(parsed, "--resume"), Value(parsed, "--config"));
        if ((folder ?? begun) is not { } run) throw new VsmlException("The job has no run folder; give train --out DIR, or --resume DIR.");
        if (begun is null && config is null) throw new VsmlException("The job has no configuration; give train --config RUN.json, or --resume DIR.");
        // Once there is a run, it keeps its configuration and seed.
        string[] others = [.. Without(words, "--out", "--resume", "--config", "--seed")];
        string[] resume = [.. program, .. others, "--resume", run];
        return new SlurmScript
        {
            Name = NameOf(run),
            Nodes = 1,
            Begin = begun is null ? [.. program, .. words] : resume,
            Resume = resume,
            BegunFile = Path.Combine(run, "run.json"),
        };
    }

    private static SlurmScript Sweep(string[] words, ParseResult parsed, string[] program)
    {
        var grid = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).FirstOrDefault()?.Value;
        var folder = Value(parsed, "--out");
        if (grid is null || folder is null) throw new VsmlException("The job has no grid or no folder; give sweep GRID.json --out DIR.");
        string[] command = [.. program, .. words];
        return new SlurmScript { Name = NameOf(folder), Nodes = 1, Begin = command, Resume = command, BegunFile = folder, ArrayLength = SweepGrid.Read(grid).Runs.Count };
    }

    private static string? Value(ParseResult parsed, string option) =>
        parsed.CommandResult.Children.OfType<OptionResult>().FirstOrDefault(result => result.Option.Name == option)?.Tokens.FirstOrDefault()?.Value;

    private static IEnumerable<string> Without(string[] words, params string[] options)
    {
        for (var i = 0; i < words.Length; i++)
        {
            if (options.Contains(words[i])) i++;
            else if (!options.Any(option => words[i].StartsWith($"{option}=", StringComparison.Ordinal))) yield return words[i];
        }
    }

    private static string NameOf(string folder) => $"vsml-{Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))}";
}
