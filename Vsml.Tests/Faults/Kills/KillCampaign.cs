using System.Diagnostics;
using System.Globalization;
using Vsml.MetaTraining;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Scale;
using Vsml.Tests.Tool;
using Vsml.Tests.Training;
using Vsml.Tool;

namespace Vsml.Tests.Faults.Kills;

/// <summary>
/// Processes of <c>vsml train</c> are killed at random moments, alone or as ranks of MPI (one of them, the launcher, or all), and begun
/// again. The newest checkpoint is never older than before, and the run ends with the bits of one that nobody touched.
/// </summary>
/// <param name="seed">Seed of the moments.</param>
/// <param name="output">Gets a line for each run.</param>
internal sealed class KillCampaign(int seed, TextWriter output)
{
    private const int Iterations = 120;
    private static readonly TimeSpan s_longestStart = TimeSpan.FromMinutes(3), s_longestEnd = TimeSpan.FromSeconds(30);
    private readonly Random _random = new(seed);
    private int _stuck;

    /// <summary>A process without a launcher.</summary>
    public static KilledJob Alone { get; } = new(null, 1);

    /// <summary>Ranks that need both kinds of MPI.</summary>
    public static IReadOnlyList<KilledJob> Ranks { get; } = [new(MpiPrograms.OpenMpi, 2), new(MpiPrograms.Mpich, 3)];

    /// <summary>All that this machine can start; what it cannot is told.</summary>
    public IReadOnlyList<KilledJob> Jobs()
    {
        foreach (var missing in Ranks.Select(job => MpiPrograms.WhyNot(job.Launcher!)).OfType<string>()) output.WriteLine($"{missing} Its runs are left out.");
        return [Alone, Alone, .. Ranks.Where(job => MpiPrograms.WhyNot(job.Launcher!) is null)];
    }

    /// <summary>Kills, over all estimators and jobs in turn.</summary>
    /// <param name="count">Kills in all.</param>
    /// <param name="ofARun">The most of one run.</param>
    /// <param name="jobs">How runs are started.</param>
    /// <returns>How many runs went wrong.</returns>
    public int Run(long count, int ofARun, IReadOnlyList<KilledJob> jobs)
    {
        var (kills, alone, runs, bad) = (0L, 0L, 0, 0);
        while (kills < count)
        {
            var (estimator, configuration) = TinyRuns.Estimators.ElementAt(runs % TinyRuns.Estimators.Count);
            var (launcher, ranks) = jobs[runs++ % jobs.Count];
            using var folder = new TemporaryFolder();
            var (killed, problem) = Run(folder, Quick(configuration), launcher, ranks, (int)Math.Min(count - kills, ofARun));
            kills += killed;
            if (launcher is null) alone += killed;
            if (problem is not null) bad++;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{estimator}, {launcher ?? "alone"}, {ranks}: {killed} kills{(problem is null ? "" : $": {problem}")} ({kills} in all)"));
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kills} kills, {alone} of them of processes alone, {runs} runs, {bad} wrong; {_stuck} launchers outlived their ranks"));
        return bad;
    }

    private (int Kills, string? Problem) Run(TemporaryFolder folder, RunConfiguration configuration, string? launcher, int ranks, int most)
    {
        TinyRuns.Run(folder["whole"], configuration);
        File.WriteAllText(folder["run.json"], RunConfigurationJson.Format(configuration));
        var run = folder["killed"];
        var (kills, newest) = (0, -1);
        for (string? problem = null; ;)
        {
            string[] command = File.Exists(Path.Combine(run, "run.json")) ? ["train", "--resume", run] : ["train", "--config", folder["run.json"], "--out", run];
            using var process = launcher is null ? ToolRun.Start("dotnet", [ToolRun.Assembly, .. command]) : ToolRun.Start(launcher, MpiPrograms.Arguments(launcher, ranks, command));
            var error = process.StandardError.ReadToEndAsync();
            _ = process.StandardOutput.ReadToEndAsync();
            var isKilled = kills < most && KillAtRandom(process, run);
            process.WaitForExit();
            var reached = Newest(run, configuration);
            if (reached < newest) problem = $"checkpoint {newest} fell back to {reached}";
            else if (!isKilled && process.ExitCode != ExitCodes.Success) problem = $"it does not go on: {error.Result.ReplaceLineEndings(" ")}";
            else if (!isKilled && TinyRuns.Outcome(run) != TinyRuns.Outcome(folder["whole"])) problem = "it ended otherwise";
            if (isKilled) kills++;
            if (problem is not null || !isKilled) return (kills, problem);
            newest = reached;
        }
    }

    // Half of the kills hit the run while it writes iterations, the others any moment from the start on.
    private bool KillAtRandom(Process process, string run)
    {
        var metrics = new FileInfo(Path.Combine(run, "metrics.jsonl"));
        var (before, clock) = (metrics.Exists ? metrics.LastWriteTimeUtc : default, Stopwatch.StartNew());
        if (_random.Next(2) == 0)
            for (; !process.HasExited && (!File.Exists(metrics.FullName) || File.GetLastWriteTimeUtc(metrics.FullName) == before); Thread.Sleep(1))
                if (clock.Elapsed > s_longestStart) throw new VsmlException($"'{run}' does not begin.");
        var delay = TimeSpan.FromMilliseconds(_random.Next(clock.Elapsed.TotalMilliseconds > 10 ? 60 : 3000));
        if (process.WaitForExit(delay)) return false;
        var below = ProcessTree.Below(process.Id).Where(id => id != process.Id).ToList();
        int[] all = [process.Id, .. below];
        // One rank or the launcher, which takes the others down, or all at once.
        foreach (var id in _random.Next(2) == 0 ? [all[_random.Next(all.Length)]] : all) ProcessTree.Kill(id);
        // A launcher may have started more since.
        foreach (var id in below.Concat(ProcessTree.Naming(run)).Where(id => id != process.Id)) ProcessTree.WaitForEnd(id);
        // Open MPI's launcher may lock itself up in its end, with no rank left, where one dies while it starts the others.
        if (!process.WaitForExit(s_longestEnd))
        {
            _stuck++;
            ProcessTree.Kill(process.Id);
            process.WaitForExit();
        }
        return true;
    }

    private static int Newest(string run, RunConfiguration configuration) =>
        File.Exists(Path.Combine(run, "run.json")) ? new CheckpointStore(run, configuration).LoadNewest(_ => { })?.Iteration ?? -1 : -1;

    // A network that no compiler is needed for, so that a process begins quickly, and many writes.
    private static RunConfiguration Quick(RunConfiguration run) => run with
    {
        Model = run.Model with { StateSize = 8, MessageSize = 8 },
        Stages = new(run.Stages.Select((stage, s) => stage with { Iterations = s == 0 ? Iterations / 2 : Iterations / 2 + s }).ToArray()),
    };
}

/// <summary>How the processes of a run are started.</summary>
/// <param name="Launcher">The launcher of MPI; null for none.</param>
/// <param name="Ranks">Number of processes.</param>
internal sealed record KilledJob(string? Launcher, int Ranks);
