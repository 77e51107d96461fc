namespace Vsml.MetaTraining;

/// <summary>Runs a sweep on this machine. One that was interrupted goes on where its runs stopped.</summary>
public static class SweepRunner
{
    /// <summary>Brings runs to their end, or as far as they get.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="folder">Has a folder for each run, or will.</param>
    /// <param name="models">The compiled models of a run.</param>
    /// <param name="atOnce">How many runs side by side, 1 or more.</param>
    /// <param name="threads">Threads of each; 0 to share the cores evenly.</param>
    /// <param name="done">Told about each run that has come to its end; may be null. One call at a time.</param>
    /// <param name="cancellation">Stops all of them, with checkpoints.</param>
    /// <returns>What each came to; one that fails does not end the others.</returns>
    public static IReadOnlyList<SweepResult> Run(
        IReadOnlyList<SweepRun> runs, string folder, Func<RunConfiguration, Func<Architecture, VsmlModel>> models, int atOnce = 1, int threads = 0,
        Action<SweepResult>? done = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(atOnce, 1);
        var options = new TrainingOptions { Threads = threads > 0 ? threads : Math.Max(1, Environment.ProcessorCount / Math.Min(atOnce, runs.Count)) };
        var results = new SweepResult[runs.Count];
        var told = new Lock();
        Parallel.For(0, runs.Count, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, i =>
        {
            var place = Path.Combine(folder, runs[i].Name);
            results[i] = SweepResult.Of(runs[i], place, cancellation.IsCancellationRequested ? null : Train(runs[i], place, models, options, cancellation));
            if (done is null || results[i].Status is "stopped" or "waiting") return;
            lock (told) done(results[i]);
        });
        return results;
    }

    private static string? Train(SweepRun run, string place, Func<RunConfiguration, Func<Architecture, VsmlModel>> models, TrainingOptions options, CancellationToken cancellation)
    {
        try
        {
            using var folder = File.Exists(Path.Combine(place, RunFolder.RunFile)) ? RunFolder.Continue(place, run.Configuration) : RunFolder.Create(place, run.Configuration);
            new TrainingRun(folder, models(folder.Configuration), options).Run(cancellation);
            return null;
        }
        catch (VsmlException exception)
        {
            return exception.Message;
        }
    }
}
