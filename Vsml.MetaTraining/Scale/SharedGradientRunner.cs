using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Vsml.MetaTraining;

/// <summary>
/// Runs a meta-batch on all ranks: each runs its episodes, and tells the others their gradients, which all add up in the same order.
/// </summary>
/// <param name="inner">Runs a rank's own episodes.</param>
/// <param name="work">Divides the episodes.</param>
internal sealed class SharedGradientRunner(IGradientRunner inner, SharedWork work) : IGradientRunner
{
    /// <inheritdoc/>
    public TapeMemory? Memory => inner.Memory;

    /// <inheritdoc/>
    public void Check(EpisodeSource episodes, int count, int longest, long memoryBytes) => inner.Check(episodes, work.Divide(count).Of(work.Ranks.Rank).Count, longest, memoryBytes);

    /// <inheritdoc/>
    public IReadOnlyList<WindowOutcome> Run(GradientRequest request, CancellationToken cancellation = default)
    {
        var division = work.Divide(request.EpisodeCount);
        var (first, count) = division.Of(work.Ranks.Rank);
        var started = Stopwatch.GetTimestamp();
        IReadOnlyList<WindowOutcome> own;
        try
        {
            own = inner.Run(request with { FirstEpisode = request.FirstEpisode + first, EpisodeCount = count, State = request.State.Slice(first, count) }, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            work.Ranks.GiveUp();
            throw;
        }
        var told = work.Ranks.Exchange(Write(own, Stopwatch.GetElapsedTime(started)));
        return Join(request, division, own, told);
    }

    private static byte[] Write(IReadOnlyList<WindowOutcome> own, TimeSpan time)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(time.TotalSeconds);
        foreach (var outcome in own)
        {
            writer.Write(outcome.Loss);
            writer.Write(outcome.Counted);
            writer.Write(outcome.Correct);
            writer.Write(outcome.Examples);
            writer.Write(outcome.Position);
            writer.Write(outcome.Gradient.Length);
            writer.Write(MemoryMarshal.AsBytes(outcome.Gradient.AsSpan()));
        }
        return stream.ToArray();
    }

    private IReadOnlyList<WindowOutcome> Join(GradientRequest request, Division division, IReadOnlyList<WindowOutcome> own, byte[][] told)
    {
        var outcomes = new WindowOutcome[request.EpisodeCount];
        var speeds = new double[told.Length];
        for (var rank = 0; rank < told.Length; rank++)
        {
            using var reader = new BinaryReader(new MemoryStream(told[rank]));
            var (first, count) = division.Of(rank);
            speeds[rank] = count / Math.Max(reader.ReadDouble(), 1e-9);
            for (var i = first; i < first + count; i++)
            {
                var read = Read(reader);
                outcomes[i] = rank == work.Ranks.Rank ? own[i - first] : read;
            }
        }
        if (!Array.Exists(outcomes, outcome => outcome.Position > 0))
        {
            work.Rebalance(UnrollState.Empty, speeds);
            return outcomes;
        }
        // The estimator knows when episodes began; only what learners have learned is moved.
        var state = new UnrollState(new uint[outcomes.Length], [.. outcomes.Select(outcome => outcome.Position)], [.. outcomes.Select(outcome => outcome.Learner)]);
        var moved = work.Rebalance(state, speeds);
        return [.. outcomes.Select((outcome, i) => outcome with { Learner = moved.Learners[i] })];
    }

    private static WindowOutcome Read(BinaryReader reader)
    {
        var (loss, counted, correct) = (reader.ReadDouble(), reader.ReadInt32(), reader.ReadInt32());
        var (examples, position) = (reader.ReadInt32(), reader.ReadInt32());
        var gradient = new float[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(gradient.AsSpan()));
        return new WindowOutcome(loss, counted, correct, examples, position, [], gradient);
    }
}
