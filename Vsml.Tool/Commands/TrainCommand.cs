using System.CommandLine;
using System.Text;
using Vsml.Contracts;
using Vsml.MetaTraining;
using Vsml.Tool.Training;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml train</c>: a meta-training run in a folder, begun or continued.</summary>
internal static class TrainCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print, and when to stop.</param>
    public static Command Create(ToolContext context)
    {
        var config = new Option<string?>("--config") { HelpName = "RUN.json", Description = $"The run (schemas/run.schema.json), or preset:NAME with one of {string.Join(", ", RunPresets.Names)}. Relative paths of data start at the current folder. With --resume: what the run goes on with instead, more iterations or stages at the end, other checkpoints, data at another place." };
        var folder = new Option<string?>("--out") { HelpName = "DIR", Description = "Folder for a new run: its configuration, checkpoints, metrics and theta.safetensors." };
        var resume = new Option<string?>("--resume") { HelpName = "DIR", Description = "Continue the run of this folder from its newest checkpoint, bit for bit." };
        var seed = NumberOption.Create("--seed", "S", ulong.MinValue, ulong.MaxValue, "Seed instead of the configuration's.");
        var threads = NumberOption.Create("--threads", "K", 1, 1024, "Number of threads; left out: one a core. Results do not depend on it.");
        var limit = NumberOption.Create("--time-limit", "SECONDS", 0.001, 1e9, "Stop after this time, with a checkpoint.");
        var dryRun = new Option<bool>("--dry-run") { Description = "Check the configuration, measure a few iterations of each stage, print how long the stages will take on this machine, and write nothing." };
        var heartbeat = NumberOption.Create("--heartbeat", "SECONDS", 1, 1e6, 60.0, "Under mpirun or srun: take the job down when a process has given no sign of life for this long.");
        var board = new TensorBoardOption();
        var simd = SimdOption.Create();
        var parts = new PartsOption();
        var backend = new BackendOption();
        var command = new ToolCommand(
            "train",
            "Meta-train: find meta-parameters with which the network learns from examples. Ctrl-C stops with a checkpoint. After mpirun or srun the processes share the run.",
            "vsml train --config preset:es-2min --out runs/first",
            "vsml train --config run.json --out runs/second --seed 2 --threads 4 --time-limit 3600",
            "vsml train --config run.json --dry-run",
            "vsml train --resume runs/second",
            "vsml train --resume runs/second --config longer.json",
            "vsml train --config run.json --out runs/fourth --backend ilgpu",
            "vsml train --config run.json --out runs/fifth --tensorboard boards/fifth",
            "vsml train --assembly MyParts.dll --config mine.json --out runs/third")
        {
            config, folder, resume, seed, threads, limit, dryRun, heartbeat, simd,
        };
        board.AddTo(command);
        backend.AddTo(command);
        parts.AddTo(command);
        command.SetAction(parsed =>
        {
            var ranks = context.MeetRanks(TimeSpan.FromSeconds(parsed.GetValue(heartbeat)));
            try
            {
                parts.Load(parsed);
                var options = new TrainingOptions
                {
                    Threads = parsed.GetValue(threads) ?? 0,
                    TimeLimit = parsed.GetValue(limit) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                    Ranks = ranks,
                };
                SimdLevel? level = parsed.GetValue(simd) is { } name ? SimdOption.Parse(name) : null;
                var isDryRun = parsed.GetValue(dryRun);
                if (isDryRun && (parsed.GetValue(resume), parsed.GetValue(folder), parsed.GetValue(limit)) != (null, null, null))
                    throw new VsmlException("--dry-run writes nothing and ends by itself; leave out --out, --resume and --time-limit.");
                if (isDryRun && ranks.Size > 1) throw new VsmlException("--dry-run measures one process; start it by itself.");
                if (parsed.GetValue(resume) is { } begun)
                    return RunAgain(() => Resume(begun, parsed.GetValue(config), parsed.GetValue(folder), parsed.GetValue(seed), level, context), begun, options, backend, board, parsed, context);
                if (!isDryRun && parsed.GetValue(folder) is null && parsed.GetValue(config) is not null) throw new VsmlException("--out is missing; give a folder for the run.");
                return RunNew(Read(parsed.GetValue(config), parsed.GetValue(seed), level, context), parsed.GetValue(folder), options, backend, board, parsed, context);
            }
            catch (Exception exception) when (exception is not RankStoppedException)
            {
                // The others must not wait for this one.
                ranks.Fail(exception.Message);
                throw;
            }
        });
        return command;
    }

    private static int RunNew(RunConfiguration configuration, string? path, TrainingOptions options, BackendOption backend, TensorBoardOption board, ParseResult parsed, ToolContext context)
    {
        using var opened = backend.Open(parsed, configuration);
        configuration = configuration with { Backend = opened?.Backend.Name ?? configuration.Backend, Device = opened?.Backend.Device };
        // What writes nothing has no folder.
        if (path is null) return Forecast(configuration, options.Threads, opened?.Backend, context);
        // A run that cannot begin, on whichever rank, leaves no folder behind.
        _ = context.Abandonable(() => new TrainingRun(configuration, Models(configuration), backend: opened?.Backend));
        var ranks = options.Ranks!;
        AgreeOnStart(ranks, "a new run");
        ranks.Agree("SIMD level", configuration.Simd!.Value.Name(), "Give all of them --simd with a level that each machine has.");
        ranks.Agree("configuration", RunConfigurationJson.Format(configuration), "Start all of them with the same one.");
        if (configuration.Estimator.EpisodesPerIteration is > 0 and var episodes) ranks.CheckWork(episodes);
        using var events = board.Open(parsed, ranks);
        using var created = ranks.IsRoot ? RunFolder.Create(path, configuration) : null;
        return Run(created, options with { Progress = events }, opened?.Backend, context);
    }

    private static int RunAgain(Func<RunFolder> open, string path, TrainingOptions options, BackendOption backend, TensorBoardOption board, ParseResult parsed, ToolContext context)
    {
        var ranks = options.Ranks!;
        AgreeOnStart(ranks, "--resume");
        ranks.Agree("run folder", Path.GetFullPath(path), "Start all of them with the same one.");
        using var run = ranks.IsRoot ? open() : null;
        var configuration = Shared(run, ranks);
        // What was begun on the CPU names no backend.
        using var device = backend.Open(parsed, configuration with { Backend = configuration.Backend ?? CpuBackend.Instance.Name });
        using var events = board.Open(parsed, ranks);
        return Run(run, options with { Progress = events }, device?.Backend, context);
    }

    private static void AgreeOnStart(RankGroup ranks, string command)
    {
        ranks.Agree("version of vsml", typeof(TrainCommand).Module.ModuleVersionId.ToString(), "Install the same one on all machines.");
        ranks.Agree("command", command, "Start all of them with the same one.");
    }

    private static RunConfiguration Read(string? config, ulong? seed, SimdLevel? level, ToolContext context)
    {
        if (config is null) throw new VsmlException("--config is missing; give a run configuration or preset:NAME, or --resume DIR.");
        var configuration = context.Abandonable(() => RunConfigurationJson.Read(config));
        return configuration with { Seed = seed ?? configuration.Seed, Simd = level ?? configuration.Simd ?? SimdLevels.Widest };
    }

    private static int Forecast(RunConfiguration configuration, int threads, IEpisodeBackend? backend, ToolContext context)
    {
        var trainer = context.Abandonable(() => new MetaTrainer(configuration, Models(configuration), threads, backend));
        var forecast = TrainingForecast.Measure(trainer, measured: stage => context.Output.WriteLine(TrainingLine.Of(stage)), cancellation: context.Cancellation);
        if (forecast.Evaluations > 0)
            context.Output.WriteLine(FormattableString.Invariant($"{forecast.Evaluations} meta-tests of {forecast.SecondsPerEvaluation:0.0} s: {TrainingLine.Time(TimeSpan.FromSeconds(forecast.Evaluations * forecast.SecondsPerEvaluation))}"));
        context.Output.WriteLine($"the whole run: {TrainingLine.Time(TimeSpan.FromSeconds(Math.Min(forecast.Seconds, 1e9)))}");
        return ExitCodes.Success;
    }

    private static Func<Architecture, VsmlModel> Models(RunConfiguration configuration) =>
        architecture => RuntimeCompiler.Find(architecture, configuration.Simd);

    private static RunFolder Resume(string folder, string? config, string? output, ulong? seed, SimdLevel? level, ToolContext context)
    {
        if (output is not null) throw new VsmlException("--resume goes on in the run's own folder; leave out --out.");
        if (config is null && seed is not null) throw new VsmlException("--resume keeps the seed of the run; leave out --seed.");
        if (config is null) return RunFolder.Open(folder, level);
        var configuration = context.Abandonable(() => RunConfigurationJson.Read(config));
        configuration = configuration with { Seed = seed ?? configuration.Seed, Simd = level ?? configuration.Simd };
        // The folder stays as it is if the run cannot go on.
        _ = context.Abandonable(() => new TrainingRun(configuration with { Backend = null, Device = null }, Models(configuration)));
        return RunFolder.Continue(folder, configuration);
    }

    // Rank 0 has the folder.
    private static int Run(RunFolder? folder, TrainingOptions options, IEpisodeBackend? backend, ToolContext context)
    {
        var configuration = Shared(folder, options.Ranks!);
        var result = TrainingReport.Watch(
            context,
            progress => Prepare(folder, configuration, options with { Progress = options.Progress is { } events ? new CombinedProgress(progress, events) : progress }, backend).Run(context.Cancellation),
            result => folder is null ? "" : Summary(result, folder));
        return result.Stop == TrainingStop.Cancelled ? ExitCodes.Interrupted : ExitCodes.Success;
    }

    private static TrainingRun Prepare(RunFolder? folder, RunConfiguration configuration, TrainingOptions options, IEpisodeBackend? backend) => folder is null
        ? new TrainingRun(configuration, Models(configuration), options, backend)
        : new TrainingRun(folder, Models(configuration), options, backend);

    private static RunConfiguration Shared(RunFolder? folder, RankGroup ranks)
    {
        if (ranks.Size == 1) return folder!.Configuration;
        var text = Encoding.UTF8.GetString(ranks.FromRoot(folder is null ? [] : Encoding.UTF8.GetBytes(RunConfigurationJson.Format(folder.Configuration))));
        return folder?.Configuration ?? RunConfigurationJson.Parse(text, "the run of rank 0");
    }

    private static string Summary(TrainingResult result, RunFolder folder)
    {
        var stopped = result.Stop switch
        {
            TrainingStop.Finished => "finished",
            TrainingStop.TimeLimit => "stopped at the time limit",
            _ => "interrupted",
        };
        return FormattableString.Invariant($"{stopped} after {result.State.Iteration} of {folder.Configuration.Iterations} iterations; the run is in {folder.Path}");
    }
}
