using Vsml.MetaTraining;
using Vsml.Tests.Training;

namespace Vsml.Tests.Scale;

/// <summary>Runs that ranks share which are threads of this process.</summary>
internal static class SharedRuns
{
    /// <summary>Runs a run of a folder, or goes on with it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="ranks">Number of ranks.</param>
    /// <param name="configuration">A new run; null for the one of the folder.</param>
    /// <param name="iterations">After so many, a rank is told to stop.</param>
    /// <param name="stopping">Which rank.</param>
    /// <param name="backendOf">What runs a rank's episodes.</param>
    /// <returns>What each rank came to, or what ended it.</returns>
    public static (TrainingResult? Result, Exception? Error)[] Run(
        string folder, int ranks, RunConfiguration? configuration, int iterations = int.MaxValue, int stopping = 0, Func<int, IEpisodeBackend>? backendOf = null)
    {
        using var opened = configuration is null ? RunFolder.Open(folder) : RunFolder.Create(folder, configuration);
        return ThreadRanks.Run(ranks, group =>
        {
            using var stop = new CancellationTokenSource();
            var options = new TrainingOptions { Threads = 1 + group.Rank % 2, Ranks = group, Progress = group.Rank == stopping ? new StopAfter(iterations, stop) : null };
            var run = group.IsRoot
                ? new TrainingRun(opened, RuntimeCompiler.Compile, options, backendOf?.Invoke(group.Rank))
                : new TrainingRun(opened.Configuration, RuntimeCompiler.Compile, options, backendOf?.Invoke(group.Rank));
            return run.Run(stop.Token);
        });
    }
}
