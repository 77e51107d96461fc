using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>What messages add to the gates: computed once for each place, not once for each sub-RNN.</summary>
public static class Projection
{
    /// <summary>Before a dense turn: what gates start from at the places of the loops and, where asked for, of the lanes.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="example">The example.</param>
    /// <param name="theta">Packed theta.</param>
    /// <param name="units">State entries with padding.</param>
    public static void Dense(Worker worker, Turn turn, Example example, ArrayView<Quad> theta, int units)
    {
        var position = turn.Position;
        for (var i = worker.Thread; i < turn.PaddedLoops * units; i += worker.Threads)
        {
            var (loop, unit) = (i / units, i % units);
            var gates = theta[turn.Bias + unit];
            // A sub-RNN that only fills up a thread's pair gets no message.
            if (loop < turn.Loops) gates = AddMessage(gates, example, theta, turn.FromLoops, loop, unit, units);
            if (position.Rows >= 0)
            {
                gates = Quad.MultiplyAdd(loop * position.LoopStep, theta[position.Rows + (1 - position.LaneFeature) * units + unit], gates);
                gates = Quad.MultiplyAdd(position.Layer, theta[position.Rows + 2 * units + unit], gates);
            }
            example.Scratch[turn.LoopGates + i] = gates;
        }
        if (turn.LaneInput != Turn.ProjectedMessage) return;
        for (var i = worker.Thread; i < units * turn.Lanes; i += worker.Threads)
        {
            var (unit, lane) = (i / turn.Lanes, i % turn.Lanes);
            var gates = AddMessage(default, example, theta, turn.FromLanes, lane, unit, units);
            if (position.Rows >= 0) gates = Quad.MultiplyAdd(lane * position.LaneStep, theta[position.Rows + position.LaneFeature * units + unit], gates);
            example.Scratch[turn.LaneGates + unit * turn.PaddedLanes + lane] = gates;
        }
    }

    /// <summary>Before a convolution's turn: what gates get at every input place and at every output place, bias included.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="example">The example.</param>
    /// <param name="theta">Packed theta.</param>
    /// <param name="units">State entries with padding.</param>
    public static void Convolution(Worker worker, Turn turn, Example example, ArrayView<Quad> theta, int units)
    {
        var windows = turn.Windows;
        var inputs = windows.Height * windows.Width;
        for (var i = worker.Thread; i < windows.Channels * units * inputs; i += worker.Threads)
        {
            var (unit, channel) = (i / inputs % units, i / inputs / units);
            example.Scratch[turn.LaneGates + i] = AddMessage(default, example, theta, turn.FromLanes, i % inputs * windows.Channels + channel, unit, units);
        }
        for (var i = worker.Thread; i < windows.OutputChannels * units * windows.Positions; i += worker.Threads)
        {
            var (unit, channel) = (i / windows.Positions % units, i / windows.Positions / units);
            example.Scratch[turn.LoopGates + i] = AddMessage(
                theta[turn.Bias + unit], example, theta, turn.FromLoops, i % windows.Positions * windows.OutputChannels + channel, unit, units);
        }
    }

    /// <summary>Before a convolution's micro tick: what the gates of each sub-RNN get from its own h and its position features, at all positions.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="example">The example.</param>
    /// <param name="states">Where h is: the state before the sweep, or after it.</param>
    /// <typeparam name="TStored">How h is stored.</typeparam>
    /// <param name="theta">Packed theta.</param>
    /// <param name="units">State entries with padding.</param>
    public static void States<TStored>(Worker worker, Turn turn, Example example, ArrayView<TStored> states, ArrayView<Quad> theta, int units)
        where TStored : unmanaged, IStoredQuad<TStored>
    {
        var position = turn.Position;
        for (var i = worker.Thread; i < turn.Loops * units; i += worker.Threads)
        {
            var (subRnn, unit) = (i / units, i % units);
            var gates = default(Quad);
            var row = turn.Recurrent + unit * units;
            for (var quad = 0; quad < units / 4; quad++, row += 4)
            {
                var h = states[turn.Hidden + subRnn * (units / 4) + quad].ToQuad();
                gates = Quad.MultiplyAdd(h.X, theta[row], gates);
                gates = Quad.MultiplyAdd(h.Y, theta[row + 1], gates);
                gates = Quad.MultiplyAdd(h.Z, theta[row + 2], gates);
                gates = Quad.MultiplyAdd(h.W, theta[row + 3], gates);
            }
            if (position.Rows >= 0)
            {
                var outputs = turn.Windows.OutputChannels;
                gates = Quad.MultiplyAdd(subRnn / outputs % turn.Windows.Channels * position.LaneStep, theta[position.Rows + unit], gates);
                gates = Quad.MultiplyAdd(subRnn % outputs * position.LoopStep, theta[position.Rows + units + unit], gates);
                gates = Quad.MultiplyAdd(position.Layer, theta[position.Rows + 2 * units + unit], gates);
            }
            example.Scratch[turn.StateGates + i] = gates;
        }
    }

    private static Quad AddMessage(Quad gates, Example example, ArrayView<Quad> theta, Received messages, int place, int unit, int units)
    {
        var row = messages.Rows + unit;
        for (var quad = 0; quad < messages.Quads; quad++, row += 4 * units)
        {
            var message = example.Message(messages, place, quad);
            gates = Quad.MultiplyAdd(message.X, theta[row], gates);
            gates = Quad.MultiplyAdd(message.Y, theta[row + units], gates);
            gates = Quad.MultiplyAdd(message.Z, theta[row + 2 * units], gates);
            gates = Quad.MultiplyAdd(message.W, theta[row + 3 * units], gates);
        }
        return gates;
    }
}
