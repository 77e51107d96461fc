using System.Runtime.InteropServices;

namespace Vsml.MetaTraining;

/// <summary>
/// Divides pairs (or episodes) among the ranks by their measured speed. What unfinished learners have learned stays with the rank that
/// runs them; in every rank's <see cref="UnrollState"/> those of others are empty.
/// </summary>
/// <param name="ranks">The processes.</param>
internal sealed class SharedWork(RankGroup ranks)
{
    // Weight of the newest measurement; the first ones, in which kernels are compiled, do not count.
    private const double Newest = 0.3;
    private const int WarmUp = 2;
    private double[]? _speeds;
    private int _measured;
    private Division? _division;

    /// <summary>The processes.</summary>
    public RankGroup Ranks => ranks;

    /// <summary>The present division.</summary>
    /// <param name="count">Number of pairs.</param>
    /// <exception cref="VsmlException">There are more ranks.</exception>
    public Division Divide(int count)
    {
        if (_division?.Count == count) return _division;
        ranks.CheckWork(count);
        return _division = Division.Even(count, ranks.Size);
    }

    /// <summary>Divides anew after an iteration, if that pays.</summary>
    /// <param name="state">Where the episodes stand.</param>
    /// <param name="speeds">Pairs a second of each rank [ranks].</param>
    /// <returns>The state, in which learners have gone where they are run from now on.</returns>
    public UnrollState Rebalance(UnrollState state, double[] speeds)
    {
        if (++_measured <= WarmUp) return state;
        // Relative ones: episodes of another stage take another time on all ranks.
        var mean = speeds.Average();
        var relative = Array.ConvertAll(speeds, speed => speed / mean);
        _speeds = _speeds is null ? relative : [.. _speeds.Zip(relative, (old, present) => (1 - Newest) * old + Newest * present)];
        var (before, after) = (_division!, _division!.Balanced(_speeds));
        _division = after;
        return before == after ? state : Move(state, before, after);
    }

    /// <summary>The same state, with what all learners have learned on rank 0.</summary>
    /// <param name="state">Where the episodes stand.</param>
    public UnrollState Gather(UnrollState state) =>
        state.PairCount == 0 ? state : Move(state, Divide(state.PairCount), Division.AtRoot(state.PairCount, ranks.Size));

    /// <summary>The same state, with what learners have learned where they are run.</summary>
    /// <param name="state">The state, of which rank 0 has all.</param>
    public UnrollState Scatter(UnrollState state) =>
        state.PairCount == 0 ? state : Move(state, Division.AtRoot(state.PairCount, ranks.Size), Divide(state.PairCount));

    // In the order of pairs on all ranks, so that the first transfer that is not done can always be.
    private UnrollState Move(UnrollState state, Division before, Division after)
    {
        var learners = state.Learners.ToArray();
        try
        {
            Move(learners, state.Positions, before, after);
        }
        catch (Exception exception)
        {
            // Others wait in the middle of a transfer, where no round can tell them.
            ranks.Abort($"Rank {ranks.Rank} cannot pass on what learners have learned: {exception.Message}");
            throw;
        }
        return new UnrollState(state.Began, state.Positions, learners);
    }

    private void Move(float[][] learners, IReadOnlyList<int> positions, Division before, Division after)
    {
        for (var pair = 0; pair < learners.Length; pair++)
        {
            var (from, to) = (before.RankOf(pair), after.RankOf(pair));
            if (from == to || positions[pair] == 0) continue;
            if (ranks.Rank == from)
            {
                ranks.Send(to, MemoryMarshal.AsBytes(learners[pair].AsSpan()));
                learners[pair] = [];
            }
            else if (ranks.Rank == to) learners[pair] = MemoryMarshal.Cast<byte, float>(ranks.Receive(from)).ToArray();
        }
    }
}
