namespace Vsml.MetaTraining;

/// <summary>Which rank runs which pairs (or episodes): successive ones, each rank at least one. Immutable.</summary>
internal sealed class Division
{
    // What a rank would gain must be worth moving what learners have learned.
    private const double LeastGain = 0.1;
    private readonly int[] _starts;

    private Division(int[] starts) => _starts = starts;

    /// <summary>Number of pairs.</summary>
    public int Count => _starts[^1];

    /// <summary>Evenly, to a pair.</summary>
    /// <param name="count">Number of pairs, at least one a rank.</param>
    /// <param name="ranks">Number of ranks.</param>
    public static Division Even(int count, int ranks) => new([.. Enumerable.Range(0, ranks + 1).Select(rank => (int)((long)count * rank / ranks))]);

    /// <summary>All to rank 0.</summary>
    /// <param name="count">Number of pairs.</param>
    /// <param name="ranks">Number of ranks.</param>
    public static Division AtRoot(int count, int ranks) => new([0, .. Enumerable.Repeat(count, ranks)]);

    /// <summary>A rank's pairs.</summary>
    /// <param name="rank">The rank.</param>
    public (int First, int Count) Of(int rank) => (_starts[rank], _starts[rank + 1] - _starts[rank]);

    /// <summary>The rank of a pair.</summary>
    /// <param name="pair">The pair.</param>
    public int RankOf(int pair)
    {
        var rank = Array.BinarySearch(_starts, pair);
        if (rank < 0) return ~rank - 1;
        while (_starts[rank + 1] == pair) rank++;
        return rank;
    }

    /// <summary>A division after which ranks end at about the same time; this one, if that gains little.</summary>
    /// <param name="speeds">Pairs that each rank runs in the same time [ranks], above 0.</param>
    public Division Balanced(IReadOnlyList<double> speeds)
    {
        var counts = Shares(Count, speeds);
        var starts = new int[_starts.Length];
        for (var rank = 0; rank < counts.Length; rank++) starts[rank + 1] = starts[rank] + counts[rank];
        var next = new Division(starts);
        return next.Slowest(speeds) < (1 - LeastGain) * Slowest(speeds) ? next : this;
    }

    private double Slowest(IReadOnlyList<double> speeds) => Enumerable.Range(0, speeds.Count).Max(rank => Of(rank).Count / speeds[rank]);

    // One for each, and one after the other of the rest to whoever would end first with it.
    private static int[] Shares(int count, IReadOnlyList<double> speeds)
    {
        var shares = new int[speeds.Count];
        var queue = new PriorityQueue<int, (double, int)>();
        for (var rank = 0; rank < shares.Length; rank++)
        {
            shares[rank] = 1;
            queue.Enqueue(rank, (2 / speeds[rank], rank));
        }
        for (var left = count - shares.Length; left > 0; left--)
        {
            var rank = queue.Dequeue();
            shares[rank]++;
            queue.Enqueue(rank, ((shares[rank] + 1) / speeds[rank], rank));
        }
        return shares;
    }
}
