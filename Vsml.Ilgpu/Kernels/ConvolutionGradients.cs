using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>What the reverse pass of a convolution does with the one state of each sub-RNN, which all positions share.</summary>
public static class ConvolutionGradients
{
    /// <summary>Keeps h and c as they are before a micro tick.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="states">Where they are.</param>
    /// <param name="scratch">Scratch space.</param>
    /// <param name="kept">Where they are kept.</param>
    /// <param name="stateQuads">Quads of h.</param>
    public static void Keep(Worker worker, Turn turn, ArrayView<Quad> states, ArrayView<Quad> scratch, int kept, int stateQuads)
    {
        for (var i = worker.Thread; i < turn.Loops * stateQuads; i += worker.Threads)
        {
            var (subRnn, quad) = (i / stateQuads, i % stateQuads);
            scratch[kept + quad * turn.Loops + subRnn] = states[turn.Hidden + i];
            scratch[kept + (stateQuads + quad) * turn.Loops + subRnn] = states[turn.Cell + i];
        }
    }

    /// <summary>Sums the gradients of a chunk's items over positions: those of the gates, and those of c, which are now those before the micro tick.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="adjoint">Where it keeps things.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="example">The example.</param>
    /// <param name="stateQuads">Quads of h.</param>
    public static void SumPositions(Worker worker, Turn turn, AdjointTurn adjoint, Chunk chunk, AdjointExample example, int stateQuads)
    {
        var (scratch, positions) = (example.Values.Scratch, turn.Windows.Positions);
        for (var i = worker.Warp; i < chunk.Count * 5 * stateQuads; i += worker.Warps)
        {
            var (s, quad) = (i / (5 * stateQuads), i % (5 * stateQuads));
            var from = (quad < stateQuads ? adjoint.Cells + quad * adjoint.Items : adjoint.Gates + (quad - stateQuads) * adjoint.Items) + s * positions;
            var sum = default(Quad);
            for (var position = worker.Lane; position < positions; position += worker.Lanes) sum += scratch[from + position];
            sum = worker.Sum(sum);
            if (worker.Lane != 0) continue;
            var subRnn = chunk.First + s;
            if (quad < stateQuads) example.State[turn.Cell + subRnn * stateQuads + quad] = sum;
            else scratch[adjoint.StateSums + (quad - stateQuads) * turn.Loops + subRnn] = sum;
        }
    }

    /// <summary>Makes of the gates' sums the gradients of h before the micro tick, of the rows for it, and of those for position features.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="adjoint">Where it keeps things.</param>
    /// <param name="example">The example.</param>
    /// <param name="theta">Packed theta.</param>
    /// <param name="kept">h before the micro tick.</param>
    /// <param name="stateQuads">Quads of h.</param>
    public static void Finish(Worker worker, Turn turn, AdjointTurn adjoint, AdjointExample example, ArrayView<Quad> theta, int kept, int stateQuads)
    {
        var (scratch, units) = (example.Values.Scratch, 4 * stateQuads);
        for (var i = worker.Thread; i < turn.Loops * stateQuads; i += worker.Threads)
        {
            var (subRnn, quad) = (i / stateQuads, i % stateQuads);
            var sum = default(Quad);
            for (var unit = 0; unit < units; unit++)
                sum = Quad.AddProducts(sum, theta, turn.Recurrent + unit * units + 4 * quad, 1, scratch[adjoint.StateSums + unit * turn.Loops + subRnn]);
            example.State[turn.Hidden + i] = sum;
        }
        // Sub-RNNs instead of positions are the items of these sums.
        var all = turn;
        all.Windows.Rows = 1;
        all.Windows.Columns = 1;
        var chunk = new Chunk { First = 0, Count = turn.Loops, Loops = 1 };
        GradientSums.Products(worker, all, chunk, example, kept, adjoint.StateSums, turn.Loops, 1, stateQuads, units, turn.Recurrent, 1, units);
        if (turn.Position.Rows >= 0) AddPositions(worker, turn, adjoint, example, units);
    }

    private static void AddPositions(Worker worker, Turn turn, AdjointTurn adjoint, AdjointExample example, int units)
    {
        var (position, outputs) = (turn.Position, turn.Windows.OutputChannels);
        for (var i = worker.Thread; i < GradientMemory.Parts * units; i += worker.Threads)
        {
            var (part, unit) = (i / units, i % units);
            Quad input = default, output = default, layer = default;
            for (var subRnn = part; subRnn < turn.Loops; subRnn += GradientMemory.Parts)
            {
                var gradient = example.Values.Scratch[adjoint.StateSums + unit * turn.Loops + subRnn];
                input = Quad.MultiplyAdd(subRnn / outputs % turn.Windows.Channels * position.LaneStep, gradient, input);
                output = Quad.MultiplyAdd(subRnn % outputs * position.LoopStep, gradient, output);
                layer = Quad.MultiplyAdd(position.Layer, gradient, layer);
            }
            example.AddTheta(part, position.Rows + unit, input);
            example.AddTheta(part, position.Rows + units + unit, output);
            example.AddTheta(part, position.Rows + 2 * units + unit, layer);
        }
    }
}
