using System.Diagnostics;

namespace Vsml.MetaTraining;

/// <summary>
/// Runs a population on all ranks: each runs its pairs, and tells the others their losses. Who ran a pair cannot be told from the result.
/// </summary>
/// <param name="inner">Runs a rank's own pairs.</param>
/// <param name="work">Divides the pairs.</param>
internal sealed class SharedPopulationRunner(IPopulationRunner inner, SharedWork work) : IPopulationRunner
{
    /// <inheritdoc/>
    public string? Waves => inner.Waves;

    /// <inheritdoc/>
    public PopulationResult Run(PopulationRequest request, CancellationToken cancellation = default)
    {
        var division = work.Divide(request.PairCount);
        var (first, count) = division.Of(work.Ranks.Rank);
        var started = Stopwatch.GetTimestamp();
        PopulationResult own;
        try
        {
            own = inner.Run(request with { FirstPair = request.FirstPair + first, PairCount = count, State = request.State.Slice(first, count) }, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            work.Ranks.GiveUp();
            throw;
        }
        var told = work.Ranks.Exchange(Write(own, Stopwatch.GetElapsedTime(started)));
        return Join(request, division, own, told);
    }

    private static byte[] Write(PopulationResult own, TimeSpan time)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(time.TotalSeconds);
        writer.Write(own.Examples);
        for (var i = 0; i < own.Counted.Length; i++)
        {
            writer.Write(own.Losses[2 * i]);
            writer.Write(own.Losses[2 * i + 1]);
            writer.Write(own.Counted[i]);
            writer.Write(own.Correct[i]);
            writer.Write(own.State.PairCount == 0 ? 0 : own.State.Positions[i]);
        }
        return stream.ToArray();
    }

    private PopulationResult Join(PopulationRequest request, Division division, PopulationResult own, byte[][] told)
    {
        var pairs = request.PairCount;
        var (losses, counted, correct) = (new float[2 * pairs], new int[pairs], new int[pairs]);
        var (began, positions, learners) = (new uint[pairs], new int[pairs], new float[pairs][]);
        var speeds = new double[told.Length];
        var examples = 0L;
        for (var rank = 0; rank < told.Length; rank++)
        {
            using var reader = new BinaryReader(new MemoryStream(told[rank]));
            var (first, count) = division.Of(rank);
            speeds[rank] = count / Math.Max(reader.ReadDouble(), 1e-9);
            examples += reader.ReadInt64();
            for (var i = first; i < first + count; i++)
            {
                (losses[2 * i], losses[2 * i + 1]) = (reader.ReadSingle(), reader.ReadSingle());
                (counted[i], correct[i], positions[i]) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
                began[i] = positions[i] > 0 ? request.State.At(i, request.Iteration).Began : request.Iteration + 1;
                learners[i] = rank == work.Ranks.Rank && positions[i] > 0 ? own.State.Learners[i - first] : [];
            }
        }
        var state = Array.Exists(positions, position => position > 0) ? new UnrollState(began, positions, learners) : UnrollState.Empty;
        return new PopulationResult(losses, counted, correct, examples, work.Rebalance(state, speeds));
    }
}
