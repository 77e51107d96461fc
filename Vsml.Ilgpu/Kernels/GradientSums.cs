using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>Sums over the items of a chunk that make theta's gradient, each by one thread in a fixed order.</summary>
public static class GradientSums
{
    /// <summary>Adds sum of h d to the gradient of a matrix, for every entry of h and every quad of d.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="chunk">The items.</param>
    /// <param name="example">The example.</param>
    /// <param name="hidden">h of item 0.</param>
    /// <param name="gradients">d of item 0.</param>
    /// <param name="items">From one quad of an item to the next.</param>
    /// <param name="ticks">Micro ticks that are summed; those of d as many quads apart as it has, those of h likewise.</param>
    /// <param name="stateQuads">Quads of h.</param>
    /// <param name="columns">Quads of d.</param>
    /// <param name="target">The matrix' first quad, in theta.</param>
    /// <param name="rowStep">From an entry of h to the next.</param>
    /// <param name="columnStep">From a quad of d to the next.</param>
    public static void Products(
        Worker worker, Turn turn, Chunk chunk, AdjointExample example, int hidden, int gradients, int items, int ticks, int stateQuads, int columns, int target, int rowStep, int columnStep)
    {
        var scratch = example.Values.Scratch;
        for (var i = worker.Thread; i < GradientMemory.Parts * columns * stateQuads; i += worker.Threads)
        {
            var (part, column, quad) = (i / stateQuads / columns, i / stateQuads % columns, i % stateQuads);
            Quad x = default, y = default, z = default, w = default;
            for (var j = 0; j < chunk.Loops; j++)
            {
                var (first, count) = (chunk.FirstItem(turn, part, j), chunk.ItemCount(turn, part, j));
                for (var tick = 0; tick < ticks; tick++)
                {
                    var (h, d) = (hidden + (tick * stateQuads + quad) * items + first, gradients + (tick * columns + column) * items + first);
                    for (var item = 0; item < count; item++)
                    {
                        var (state, gradient) = (scratch[h + item], scratch[d + item]);
                        x = Quad.MultiplyAdd(state.X, gradient, x);
                        y = Quad.MultiplyAdd(state.Y, gradient, y);
                        z = Quad.MultiplyAdd(state.Z, gradient, z);
                        w = Quad.MultiplyAdd(state.W, gradient, w);
                    }
                }
            }
            var at = target + column * columnStep + 4 * quad * rowStep;
            example.AddTheta(part, at, x);
            example.AddTheta(part, at + rowStep, y);
            example.AddTheta(part, at + 2 * rowStep, z);
            example.AddTheta(part, at + 3 * rowStep, w);
        }
    }

    /// <summary>Adds the gradients of a messenger, whose terms' gradients lie at the items.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="chunk">The items.</param>
    /// <param name="example">The example.</param>
    /// <param name="sent">What was sent.</param>
    /// <param name="hidden">h after the last micro tick, of item 0.</param>
    /// <param name="terms">Gradients of its terms, of item 0.</param>
    /// <param name="items">From one quad of an item to the next.</param>
    /// <param name="stateQuads">Quads of h.</param>
    /// <param name="messageQuads">Quads of a message.</param>
    public static void Messenger(
        Worker worker, Turn turn, Chunk chunk, AdjointExample example, Sent sent, int hidden, int terms, int items, int stateQuads, int messageQuads)
    {
        if (sent.Extent == Sent.Nothing) return;
        Products(worker, turn, chunk, example, hidden, terms, items, 1, stateQuads, messageQuads, sent.Weights, messageQuads, 1);
        Sum(worker, turn, chunk, example, terms, items, messageQuads, sent.Bias);
        if (sent.Scale < 0) return;
        Sum(worker, turn, chunk, example, terms + messageQuads * items, items, messageQuads, sent.NormOffset);
        Sum(worker, turn, chunk, example, terms + 2 * messageQuads * items, items, messageQuads, sent.Scale);
    }

    private static void Sum(Worker worker, Turn turn, Chunk chunk, AdjointExample example, int gradients, int items, int columns, int target)
    {
        for (var i = worker.Thread; i < GradientMemory.Parts * columns; i += worker.Threads)
        {
            var (part, column) = (i / columns, i % columns);
            var sum = default(Quad);
            for (var j = 0; j < chunk.Loops; j++)
            {
                var (first, count) = (chunk.FirstItem(turn, part, j), chunk.ItemCount(turn, part, j));
                for (var item = 0; item < count; item++) sum += example.Values.Scratch[gradients + column * items + first + item];
            }
            example.AddTheta(part, target + column, sum);
        }
    }
}
