using System.Runtime.InteropServices;

namespace Vsml.MetaTraining;

/// <summary>
/// Runs the episodes of a periodic meta-test on all ranks: every n-th on each of n, so that all have some of every task. Each tells the
/// others what its own gave.
/// </summary>
/// <param name="ranks">The processes.</param>
internal sealed class SharedEvaluation(RankGroup ranks)
{
    /// <summary>Runs all episodes.</summary>
    /// <param name="count">How many; fewer than ranks will do.</param>
    /// <param name="run">Runs some, given by their numbers in rising order; what each gave depends on nothing but its number.</param>
    /// <param name="cancellation">Stops it, on all ranks.</param>
    /// <returns>What each episode gave [count].</returns>
    /// <exception cref="VsmlException">A rank has failed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped, here or on another rank.</exception>
    public int[] Run(int count, Func<IReadOnlyList<int>, int[]> run, CancellationToken cancellation)
    {
        if (ranks.Size == 1) return run([.. Enumerable.Range(0, count)]);
        int[] own;
        try
        {
            own = run(Of(ranks.Rank, count));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            ranks.GiveUp();
            throw;
        }
        var told = ranks.Exchange(MemoryMarshal.AsBytes(own.AsSpan()));
        var results = new int[count];
        for (var rank = 0; rank < told.Length; rank++)
            foreach (var (episode, result) in Of(rank, count).Zip(MemoryMarshal.Cast<byte, int>(told[rank]).ToArray())) results[episode] = result;
        return results;
    }

    private int[] Of(int rank, int count) => [.. Enumerable.Range(0, count).Where(episode => episode % ranks.Size == rank)];
}
