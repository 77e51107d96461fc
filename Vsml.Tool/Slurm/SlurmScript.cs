using System.Globalization;
using System.Text;

namespace Vsml.Tool.Slurm;

/// <summary>
/// A job script: SLURM tells it before the time limit, it lets the run write a checkpoint, puts itself into the queue again, and goes on
/// from there.
/// </summary>
internal sealed record SlurmScript
{
    /// <summary>Name of the job.</summary>
    public required string Name { get; init; }

    /// <summary>Number of nodes, 1 or more.</summary>
    public required int Nodes { get; init; }

    /// <summary>Processes on each node, 1 or more.</summary>
    public int TasksPerNode { get; init; } = 1;

    /// <summary>Cores of each process; null for what the cluster gives.</summary>
    public int? CoresPerTask { get; init; }

    /// <summary>Minutes until SLURM ends the job; null for the cluster's default.</summary>
    public int? Minutes { get; init; }

    /// <summary>Seconds before the limit at which the run is told to stop.</summary>
    public int SecondsToStop { get; init; } = 120;

    /// <summary>Partition; null for the cluster's default.</summary>
    public string? Partition { get; init; }

    /// <summary>How srun connects the processes: pmi2, pmix.</summary>
    public string Mpi { get; init; } = "pmi2";

    /// <summary>Lines to run before, such as those that load modules.</summary>
    public string Setup { get; init; } = "# Modules or a container: yours.";

    /// <summary>Jobs of an array, of which each gets its index; null for a single job.</summary>
    public int? ArrayLength { get; init; }

    /// <summary>Words of the command that begins the run.</summary>
    public required IReadOnlyList<string> Begin { get; init; }

    /// <summary>Words of the command that goes on with it.</summary>
    public required IReadOnlyList<string> Resume { get; init; }

    /// <summary>A file that is there once the run has begun.</summary>
    public required string BegunFile { get; init; }

    /// <summary>The text of the script.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("#!/bin/bash\n");
        Option("job-name", Name);
        Option("nodes", Nodes);
        Option("ntasks-per-node", TasksPerNode);
        Option("cpus-per-task", CoresPerTask);
        Option("partition", Partition);
        Option("time", Minutes);
        if (ArrayLength is { } length) Option("array", $"0-{length - 1}");
        text.Append("#SBATCH --requeue\n#SBATCH --open-mode=append\n");
        text.Append(CultureInfo.InvariantCulture, $"#SBATCH --signal=B:USR1@{SecondsToStop}\n\n{Setup.TrimEnd()}\n\n");
        text.Append(CultureInfo.InvariantCulture, $$"""
            if [ -e {{Quote(BegunFile)}} ]; then
                command=({{Words(Resume)}})
            else
                command=({{Words(Begin)}})
            fi

            # The signal before the time limit is for this shell, which passes it on: one that comes from elsewhere ends the job.
            at_limit=
            trap 'at_limit=1; kill -USR1 "$step" 2>/dev/null' USR1
            srun --mpi={{Quote(Mpi)}} --kill-on-bad-exit=1 "${command[@]}" &
            step=$!
            wait "$step"; code=$?
            while kill -0 "$step" 2>/dev/null; do wait "$step"; code=$?; done
            if [ -n "$at_limit" ] && [ "$code" -ne 0 ]; then
                scontrol requeue "$SLURM_JOB_ID"
            fi
            exit "$code"

            """);
        return text.ToString();

        void Option(string name, object? value)
        {
            if (value is not null) text.Append(CultureInfo.InvariantCulture, $"#SBATCH --{name}={value}\n");
        }
    }

    private string Words(IReadOnlyList<string> words) =>
        string.Join(' ', words.Select(Quote)) + (ArrayLength is null ? "" : " --only \"$SLURM_ARRAY_TASK_ID\"");

    private static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
