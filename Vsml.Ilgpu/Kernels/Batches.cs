using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>What the examples of a batch share.</summary>
public static class Batches
{
    /// <summary>Replaces the leading entries of h and c of every sub-RNN by their mean over the batch, before an example's first sweep.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="memory">What the launch works on.</param>
    /// <param name="states">States of the batch's examples, one after another.</param>
    /// <param name="stateQuads">Quads of a sub-RNN's h.</param>
    /// <param name="entries">Leading entries that are shared.</param>
    public static void Merge(Worker worker, EpisodeMemory memory, ArrayView<Quad> states, int stateQuads, int entries)
    {
        for (var l = 0; l < memory.Layers.IntLength; l++)
        {
            var layer = memory.Layers[l];
            var quads = layer.PaddedLoops * ((entries + 3) / 4) * layer.PaddedLanes;
            for (var i = worker.Thread; i < quads; i += worker.Threads)
            {
                var (lane, quad, loop) = (i % layer.PaddedLanes, i / layer.PaddedLanes % ((entries + 3) / 4), i / layer.PaddedLanes / ((entries + 3) / 4));
                var at = (loop * stateQuads + quad) * layer.PaddedLanes + lane;
                var shared = entries - 4 * quad < 4 ? entries - 4 * quad : 4;
                Merge(memory, states, layer.Hidden + at, shared);
                Merge(memory, states, layer.Cell + at, shared);
            }
        }
    }

    private static void Merge(EpisodeMemory memory, ArrayView<Quad> states, int at, int shared)
    {
        var sum = default(Quad);
        for (var e = 0; e < memory.Batch; e++) sum += states[e * memory.StateQuads + at];
        var mean = sum * (1f / memory.Batch);
        for (var e = 0; e < memory.Batch; e++)
        {
            var own = states[e * memory.StateQuads + at];
            states[e * memory.StateQuads + at] = new Quad(mean.X, shared > 1 ? mean.Y : own.Y, shared > 2 ? mean.Z : own.Z, shared > 3 ? mean.W : own.W);
        }
    }
}
