using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>Makes messages of what the sub-RNNs sent to each place, summed in a fixed order.</summary>
public static class Gathering
{
    /// <summary>After a dense turn.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="example">The example.</param>
    /// <param name="theta">Packed theta.</param>
    /// <param name="outputEntry">The entry of a message that is the output.</param>
    public static void Dense(Worker worker, Turn turn, Example example, ArrayView<Quad> theta, int outputEntry)
    {
        if (turn.ToLoops.Extent == Sent.Everything) SumLanes(worker, turn, example, theta);
        if (turn.ToLanes.Extent == Sent.Everything) SumLoops(worker, turn, example, theta);
        if (turn.ToLoops.Extent == Sent.Output)
            for (var loop = worker.Thread; loop < turn.Loops; loop += worker.Threads)
                example.Target[turn.ToLoops.Offset + loop] = Output(example.Scratch, turn.SentToLoops + loop, turn.PaddedLoops, turn.PaddedLanes / 32, turn.ToLoops, theta, outputEntry);
        if (turn.ToLanes.Extent == Sent.Output)
            for (var lane = worker.Thread; lane < turn.Lanes; lane += worker.Threads)
                example.Target[turn.ToLanes.Offset + lane] = Output(example.Scratch, turn.SentToLanes + lane, turn.PaddedLanes, turn.Loops, turn.ToLanes, theta, outputEntry);
    }

    /// <summary>After a convolution's turn.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="example">The example.</param>
    /// <param name="theta">Packed theta.</param>
    public static void Convolution(Worker worker, Turn turn, Example example, ArrayView<Quad> theta)
    {
        if (turn.ToLoops.Extent == Sent.Everything) SumWindows(worker, turn, example, theta);
        if (turn.ToLanes.Extent == Sent.Everything) SumReaders(worker, turn, example, theta);
    }

    // A warp for every four entries of a place: its threads take lanes in turns.
    private static void SumLanes(Worker worker, Turn turn, Example example, ArrayView<Quad> theta)
    {
        var sent = turn.ToLoops;
        for (var i = worker.Warp; i < turn.Loops * sent.Quads; i += worker.Warps)
        {
            var sum = default(Quad);
            for (var lane = worker.Lane; lane < turn.Lanes; lane += worker.Lanes) sum += example.Scratch[turn.SentToLoops + i * turn.PaddedLanes + lane];
            sum = worker.Sum(sum);
            if (worker.Lane == 0) example.Target[sent.Offset + i] = Finish(sum, sent, sent.Share, theta, i % sent.Quads);
        }
    }

    private static void SumLoops(Worker worker, Turn turn, Example example, ArrayView<Quad> theta)
    {
        var sent = turn.ToLanes;
        for (var i = worker.Thread; i < sent.Quads * turn.Lanes; i += worker.Threads)
        {
            var (quad, lane) = (i / turn.Lanes, i % turn.Lanes);
            var sum = default(Quad);
            for (var loop = 0; loop < turn.Loops; loop++) sum += example.Scratch[turn.SentToLanes + (loop * sent.Quads + quad) * turn.PaddedLanes + lane];
            example.Target[sent.Offset + lane * sent.Quads + quad] = Finish(sum, sent, sent.Share, theta, quad);
        }
    }

    // At an output place the sub-RNNs of all window places and channels in are summed.
    private static void SumWindows(Worker worker, Turn turn, Example example, ArrayView<Quad> theta)
    {
        var (windows, sent) = (turn.Windows, turn.ToLoops);
        var terms = windows.Kernel * windows.Kernel * windows.Channels;
        for (var i = worker.Thread; i < windows.OutputChannels * sent.Quads * windows.Positions; i += worker.Threads)
        {
            var (position, quad, channel) = (i % windows.Positions, i / windows.Positions % sent.Quads, i / windows.Positions / sent.Quads);
            var sum = default(Quad);
            for (var term = 0; term < terms; term++)
                sum += example.Scratch[turn.SentToLoops + ((term * windows.OutputChannels + channel) * sent.Quads + quad) * windows.Positions + position];
            example.Target[sent.Offset + (position * windows.OutputChannels + channel) * sent.Quads + quad] = Finish(sum, sent, sent.Share, theta, quad);
        }
    }

    // At an input place those of all windows that hold it, and of all channels out; window places without a reader say nothing, not even a bias.
    private static void SumReaders(Worker worker, Turn turn, Example example, ArrayView<Quad> theta)
    {
        var (windows, sent) = (turn.Windows, turn.ToLanes);
        var inputs = windows.Height * windows.Width;
        for (var i = worker.Thread; i < windows.Channels * sent.Quads * inputs; i += worker.Threads)
        {
            var (input, quad, channel) = (i % inputs, i / inputs % sent.Quads, i / inputs / sent.Quads);
            var (sum, terms) = (default(Quad), 0);
            for (var tap = 0; tap < windows.Kernel * windows.Kernel; tap++)
            {
                var position = windows.Reader(input, tap);
                if (position < 0) continue;
                terms += windows.OutputChannels;
                for (var output = 0; output < windows.OutputChannels; output++)
                {
                    var subRnn = (tap * windows.Channels + channel) * windows.OutputChannels + output;
                    sum += example.Scratch[turn.SentToLanes + (subRnn * sent.Quads + quad) * windows.Positions + position];
                }
            }
            example.Target[sent.Offset + (input * windows.Channels + channel) * sent.Quads + quad] = Finish(sum, sent, terms * sent.Factor, theta, quad);
        }
    }

    private static Quad Output(ArrayView<Quad> scratch, int first, int step, int count, Sent sent, ArrayView<Quad> theta, int entry)
    {
        var sum = 0f;
        for (var i = 0; i < count; i++) sum += scratch[first + i * step].X;
        var all = Finish(new Quad(sum, sum, sum, sum), sent, sent.Share, theta, entry / 4);
        return new Quad(Quad.At(all, entry % 4), 0f, 0f, 0f);
    }

    // Bias, or layer norm's offset, counts once for each term of the sum.
    private static Quad Finish(Quad sum, Sent sent, float share, ArrayView<Quad> theta, int quad) => sent.Scale < 0
        ? Quad.MultiplyAdd(sent.Factor, sum, theta[sent.Bias + quad] * share)
        : Quad.MultiplyAdd(sent.Factor, sum * theta[sent.Scale + quad], theta[sent.NormOffset + quad] * share);
}
