using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>Sums of the gates' gradients for each place where messages came in: what theirs, and that of theta's rows for them, is made of.</summary>
public static class PlaceSums
{
    /// <summary>Begins the sums of a turn.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="adjoint">Where it keeps things.</param>
    /// <param name="scratch">Scratch space.</param>
    /// <param name="units">State entries with padding.</param>
    public static void Clear(Worker worker, Turn turn, AdjointTurn adjoint, ArrayView<Quad> scratch, int units)
    {
        var (lanes, loops) = (PlaceGrid.Lanes(turn, adjoint), PlaceGrid.Loops(turn, adjoint));
        for (var i = worker.Thread; i < loops.Quads(units); i += worker.Threads) scratch[loops.Offset + i] = default;
        if (turn.LaneInput == Turn.NoMessage) return;
        for (var i = worker.Thread; i < lanes.Quads(units); i += worker.Threads) scratch[lanes.Offset + i] = default;
    }

    /// <summary>Adds a chunk of a dense layer.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="adjoint">Where it keeps things.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="scratch">Scratch space.</param>
    /// <param name="units">State entries with padding.</param>
    public static void AddDense(Worker worker, Turn turn, AdjointTurn adjoint, Chunk chunk, ArrayView<Quad> scratch, int units)
    {
        var (firstLoop, endLoop) = (chunk.Loop(turn, 0), chunk.Loop(turn, chunk.Count - 1) + chunk.Loops);
        // A warp for every gate of a loop: its threads take lanes in turns.
        for (var i = worker.Warp; i < (endLoop - firstLoop) * units; i += worker.Warps)
        {
            var (loop, unit) = (firstLoop + i / units, i % units);
            if (loop >= turn.Loops) continue;
            var sum = default(Quad);
            for (var part = 0; part < chunk.Count; part++)
            {
                var j = loop - chunk.Loop(turn, part);
                if (j < 0 || j >= chunk.Loops) continue;
                var (first, count) = (chunk.FirstItem(turn, part, j), chunk.ItemCount(turn, part, j));
                for (var item = worker.Lane; item < count; item += worker.Lanes) sum += OverTicks(turn, adjoint, scratch, unit, units, first + item);
            }
            sum = worker.Sum(sum);
            if (worker.Lane == 0) scratch[adjoint.LoopSums + loop * units + unit] += sum;
        }
        if (turn.LaneInput == Turn.NoMessage) return;
        var blocks = turn.PaddedLanes / 32 < chunk.Count ? turn.PaddedLanes / 32 : chunk.Count;
        for (var i = worker.Thread; i < 32 * blocks * units; i += worker.Threads)
        {
            var (lane, unit, block) = (i % 32, i / 32 % units, i / 32 / units);
            var sum = default(Quad);
            for (var part = block; part < chunk.Count; part += turn.PaddedLanes / 32)
                for (var j = 0; j < chunk.Loops; j++)
                    if (lane < chunk.ItemCount(turn, part, j)) sum += OverTicks(turn, adjoint, scratch, unit, units, chunk.FirstItem(turn, part, j) + lane);
            scratch[adjoint.LaneSums + unit * turn.PaddedLanes + 32 * chunk.Block(turn, block) + lane] += sum;
        }
    }

    /// <summary>Adds a chunk of a convolution: at an output place all window places and channels in, at an input place all windows that hold it.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="adjoint">Where it keeps things.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="scratch">Scratch space.</param>
    /// <param name="units">State entries with padding.</param>
    public static void AddConvolution(Worker worker, Turn turn, AdjointTurn adjoint, Chunk chunk, ArrayView<Quad> scratch, int units)
    {
        var windows = turn.Windows;
        var (inputs, positions) = (windows.Height * windows.Width, windows.Positions);
        for (var i = worker.Thread; i < windows.OutputChannels * units * positions; i += worker.Threads)
        {
            var (position, unit, output) = (i % positions, i / positions % units, i / positions / units);
            var sum = default(Quad);
            for (var s = 0; s < chunk.Count; s++)
                if ((chunk.First + s) % windows.OutputChannels == output) sum += scratch[adjoint.Gates + unit * adjoint.Items + s * positions + position];
            scratch[adjoint.LoopSums + i] += sum;
        }
        for (var i = worker.Thread; i < windows.Channels * units * inputs; i += worker.Threads)
        {
            var (input, unit, channel) = (i % inputs, i / inputs % units, i / inputs / units);
            var sum = default(Quad);
            for (var s = 0; s < chunk.Count; s++)
            {
                var subRnn = chunk.First + s;
                if (subRnn / windows.OutputChannels % windows.Channels != channel) continue;
                var position = windows.Reader(input, subRnn / windows.OutputChannels / windows.Channels);
                if (position >= 0) sum += scratch[adjoint.Gates + unit * adjoint.Items + s * positions + position];
            }
            scratch[adjoint.LaneSums + i] += sum;
        }
    }

    /// <summary>Makes of the sums the gradients of the messages that came in, and of theta's rows for them; those of what was sent are used up.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="adjoint">Where it keeps things.</param>
    /// <param name="example">The example.</param>
    /// <param name="theta">Packed theta.</param>
    /// <param name="units">State entries with padding.</param>
    public static void Finish(Worker worker, Turn turn, AdjointTurn adjoint, AdjointExample example, ArrayView<Quad> theta, int units)
    {
        var (lanes, loops) = (PlaceGrid.Lanes(turn, adjoint), PlaceGrid.Loops(turn, adjoint));
        Use(worker, turn.ToLanes, lanes.Places, example.State);
        Use(worker, turn.ToLoops, loops.Places, example.State);
        Receive(worker, turn.FromLoops, loops, example, theta, units);
        if (turn.LaneInput != Turn.NoMessage) Receive(worker, turn.FromLanes, lanes, example, theta, units);
        AddWeighted(worker, loops, example, turn.Bias, 1f, 0f, units);
        var position = turn.Position;
        if (position.Rows < 0 || turn.IsConvolution != 0) return;
        AddWeighted(worker, loops, example, position.Rows + 2 * units, position.Layer, 0f, units);
        AddWeighted(worker, loops, example, position.Rows + (1 - position.LaneFeature) * units, 0f, position.LoopStep, units);
        AddWeighted(worker, lanes, example, position.Rows + position.LaneFeature * units, 0f, position.LaneStep, units);
    }

    private static void Use(Worker worker, Sent sent, int places, ArrayView<Quad> state)
    {
        if (sent.Extent == Sent.Nothing) return;
        for (var i = worker.Thread; i < places * sent.Quads; i += worker.Threads) state[sent.Offset + i] = default;
    }

    private static void Receive(Worker worker, Received messages, PlaceGrid grid, AdjointExample example, ArrayView<Quad> theta, int units)
    {
        var scratch = example.Values.Scratch;
        var entries = messages.Origin == Received.Input ? 1 : 4 * messages.Quads;
        for (var i = worker.Thread; i < GradientMemory.Parts * entries * units; i += worker.Threads)
        {
            var (part, entry, unit) = (i / units / entries, i / units % entries, i % units);
            var sum = default(Quad);
            for (var place = part; place < grid.Places; place += GradientMemory.Parts)
                sum = Quad.MultiplyAdd(Quad.At(example.Values.Message(messages, place, entry / 4), entry % 4), scratch[grid.IndexOf(place, unit, units)], sum);
            example.AddTheta(part, messages.Rows + entry * units + unit, sum);
        }
        if (messages.Origin != Received.Source && messages.Origin != Received.Target) return;
        for (var i = worker.Thread; i < grid.Places * messages.Quads; i += worker.Threads)
        {
            var (place, quad) = (i / messages.Quads, i % messages.Quads);
            var sum = default(Quad);
            for (var unit = 0; unit < units; unit++)
                sum = Quad.AddProducts(sum, theta, messages.Rows + 4 * quad * units + unit, units, scratch[grid.IndexOf(place, unit, units)]);
            example.State[messages.Offset + i] += sum;
        }
    }

    // A place counts by a weight that may grow with its index.
    private static void AddWeighted(Worker worker, PlaceGrid grid, AdjointExample example, int target, float weight, float step, int units)
    {
        for (var i = worker.Thread; i < GradientMemory.Parts * units; i += worker.Threads)
        {
            var (part, unit) = (i / units, i % units);
            var sum = default(Quad);
            for (var place = part; place < grid.Places; place += GradientMemory.Parts)
                sum = Quad.MultiplyAdd(weight + place * step, example.Values.Scratch[grid.IndexOf(place, unit, units)], sum);
            example.AddTheta(part, target + unit, sum);
        }
    }

    private static Quad OverTicks(Turn turn, AdjointTurn adjoint, ArrayView<Quad> scratch, int unit, int units, int item)
    {
        var sum = default(Quad);
        for (var tick = 0; tick < turn.MicroTicks; tick++) sum += scratch[adjoint.Gates + (tick * units + unit) * adjoint.Items + item];
        return sum;
    }
}

/// <summary>How sums lie: [channel][unit][place of the channel]; of a dense layer, each loop is a channel, and all lanes are one.</summary>
public struct PlaceGrid
{
    /// <summary>Where they begin.</summary>
    public int Offset;

    /// <summary>Number of places.</summary>
    public int Places;

    /// <summary>Number of channels, which run fastest in a place's index.</summary>
    public int Channels;

    /// <summary>From one unit to the next.</summary>
    public int Step;

    /// <summary>Sums of the lanes.</summary>
    public static PlaceGrid Lanes(Turn turn, AdjointTurn adjoint)
    {
        var windows = turn.Windows;
        return turn.IsConvolution != 0
            ? new PlaceGrid { Offset = adjoint.LaneSums, Places = windows.Height * windows.Width * windows.Channels, Channels = windows.Channels, Step = windows.Height * windows.Width }
            : new PlaceGrid { Offset = adjoint.LaneSums, Places = turn.Lanes, Channels = 1, Step = turn.PaddedLanes };
    }

    /// <summary>Sums of the loops.</summary>
    public static PlaceGrid Loops(Turn turn, AdjointTurn adjoint)
    {
        var windows = turn.Windows;
        return turn.IsConvolution != 0
            ? new PlaceGrid { Offset = adjoint.LoopSums, Places = windows.Positions * windows.OutputChannels, Channels = windows.OutputChannels, Step = windows.Positions }
            : new PlaceGrid { Offset = adjoint.LoopSums, Places = turn.Loops, Channels = turn.Loops, Step = 1 };
    }

    /// <summary>All quads.</summary>
    /// <param name="units">State entries with padding.</param>
    public int Quads(int units) => Channels * units * Step;

    /// <summary>Where the sum of a place is.</summary>
    /// <param name="place">The place.</param>
    /// <param name="unit">The state entry.</param>
    /// <param name="units">State entries with padding.</param>
    public int IndexOf(int place, int unit, int units) => Offset + (place % Channels * units + unit) * Step + place / Channels;
}
