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
    public static void Merge(Worker worker, EpisodeMemory memory, ArrayView<Quad> states, int stateQuads, int entries) =>
        Merge(worker, memory, states, states, memory.StateQuads, stateQuads, entries);

    /// <summary>The same where h is stored as float16.</summary>
    /// <param name="worker">The thread.</param>
    /// <param name="memory">What the launch works on.</param>
    /// <param name="states">States of the batch's examples, one after another.</param>
    /// <param name="stateQuads">Quads of a sub-RNN's h.</param>
    /// <param name="entries">Leading entries that are shared.</param>
    public static void MergeHalves(Worker worker, EpisodeMemory memory, ArrayView<Quad> states, int stateQuads, int entries) =>
        Merge(worker, memory, states.Cast<HalfQuad>(), states, 2 * memory.StateQuads, stateQuads, entries);

    private static void Merge<TStored>(Worker worker, EpisodeMemory memory, ArrayView<TStored> hidden, ArrayView<Quad> states, int nextHidden, int stateQuads, int entries)
        where TStored : unmanaged, IStoredQuad<TStored>
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
                Merge(memory.Batch, hidden, nextHidden, layer.Hidden + at, shared);
                Merge(memory.Batch, states, memory.StateQuads, layer.Cell + at, shared);
            }
        }
    }

    private static void Merge<TStored>(int batch, ArrayView<TStored> states, int next, int at, int shared)
        where TStored : unmanaged, IStoredQuad<TStored>
    {
        var sum = default(Quad);
        for (var e = 0; e < batch; e++) sum += states[e * next + at].ToQuad();
        var mean = sum * (1f / batch);
        for (var e = 0; e < batch; e++)
        {
            var own = states[e * next + at].ToQuad();
            states[e * next + at] = TStored.Of(new Quad(mean.X, shared > 1 ? mean.Y : own.Y, shared > 2 ? mean.Z : own.Z, shared > 3 ? mean.W : own.W));
        }
    }
}
