using System.Collections.Concurrent;
using Vsml.MetaTraining;

namespace Vsml.Tests.Scale;

/// <summary>Ranks that are threads of this process.</summary>
internal sealed class ThreadRanks : IDisposable
{
    private readonly Barrier _barrier;
    private readonly byte[][] _blocks;
    private readonly ConcurrentDictionary<(int From, int To), BlockingCollection<byte[]>> _sent = new();

    private ThreadRanks(int size) => (_barrier, _blocks) = (new Barrier(size), new byte[size][]);

    public void Dispose() => _barrier.Dispose();

    /// <summary>Runs something on every rank.</summary>
    /// <param name="size">How many there are.</param>
    /// <param name="run">Given the rank's group.</param>
    /// <returns>What each gave, or the exception that ended it.</returns>
    public static (T? Result, Exception? Error)[] Run<T>(int size, Func<RankGroup, T> run)
    {
        using var ranks = new ThreadRanks(size);
        var results = new (T?, Exception?)[size];
        var threads = Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            var group = new RankGroup(new Collective(ranks, rank));
            try
            {
                results[rank] = (run(group), null);
            }
            catch (Exception exception)
            {
                if (exception is not RankStoppedException) group.Fail(exception.Message);
                results[rank] = (default, exception);
            }
            group.Dispose();
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join(TimeSpan.FromMinutes(2)).ShouldBeTrue("A rank hangs.");
        return results;
    }

    private sealed class Collective(ThreadRanks ranks, int rank) : ICollective
    {
        public int Rank => rank;

        public int Size => ranks._blocks.Length;

        public byte[][] AllGather(ReadOnlySpan<byte> mine)
        {
            ranks._blocks[rank] = mine.ToArray();
            ranks._barrier.SignalAndWait();
            byte[][] all = [.. ranks._blocks];
            ranks._barrier.SignalAndWait();
            return all;
        }

        public void Send(int to, ReadOnlySpan<byte> data) => Box(rank, to).Add(data.ToArray());

        public byte[] Receive(int from) => Box(from, rank).Take();

        public void Abort(string reason) => throw new InvalidOperationException(reason);

        public void Dispose()
        {
        }

        private BlockingCollection<byte[]> Box(int from, int to) => ranks._sent.GetOrAdd((from, to), _ => []);
    }
}
