using ILGPU;

namespace Vsml.Ilgpu.Kernels;

/// <summary>What becomes of gradients when an episode is over.</summary>
public static class Collecting
{
    /// <summary>Sums the parts of one float of theta's gradient, and turns it into that of flat theta.</summary>
    /// <param name="index">Episode times floats of packed theta, plus the float.</param>
    /// <param name="packed">Gradients of packed theta: [episode][part].</param>
    /// <param name="flat">Receives those of flat theta: [episode].</param>
    /// <param name="sources">For each float of packed theta, the index in flat theta; -1 for a zero.</param>
    /// <param name="factors">What it was multiplied by.</param>
    /// <param name="parameters">Number of meta-parameters.</param>
    public static void Unpack(Index1D index, ArrayView<float> packed, ArrayView<float> flat, ArrayView<int> sources, ArrayView<float> factors, int parameters)
    {
        int episode = index / sources.IntLength, i = index % sources.IntLength;
        if (sources[i] < 0) return;
        var sum = 0f;
        for (var part = 0; part < GradientMemory.Parts; part++) sum += packed[((long)episode * GradientMemory.Parts + part) * sources.IntLength + i];
        flat[(long)episode * parameters + sources[i]] = sum * factors[i];
    }

    /// <summary>Sums the gradients of the initial cells of a layer: what a vector that is added to all of them gets.</summary>
    /// <param name="memory">What the reverse pass worked on.</param>
    /// <param name="cells">Receives [episode][layer][quad].</param>
    /// <param name="stateQuads">Quads of c.</param>
    public static void SumCells(GradientMemory memory, ArrayView<Quad> cells, int stateQuads)
    {
        var (worker, states, layers) = (Worker.Here(), memory.BatchStates(), memory.Episode.Layers.IntLength);
        for (var i = worker.Warp; i < layers * stateQuads; i += worker.Warps)
        {
            var (layer, quad) = (memory.Episode.Layers[i / stateQuads], i % stateQuads);
            var sum = default(Quad);
            for (var e = 0; e < memory.Episode.Batch; e++)
                for (var loop = 0; loop < layer.Loops; loop++)
                    for (var lane = worker.Lane; lane < layer.Lanes; lane += worker.Lanes)
                        sum += states[e * memory.Episode.StateQuads + layer.Cell + (loop * stateQuads + quad) * layer.PaddedLanes + lane];
            sum = worker.Sum(sum);
            if (worker.Lane == 0) cells[(long)Grid.IdxX * layers * stateQuads + i] = sum;
        }
    }

    /// <summary>Copies one quad of the states of an episode's batch from slot to slot.</summary>
    /// <param name="index">Episode times quads of its batch, plus the quad.</param>
    /// <param name="from">States: [episode][slot][batch].</param>
    /// <param name="to">Receives them.</param>
    /// <param name="quads">Quads of a batch.</param>
    /// <param name="slots">Slots of an episode, there and here.</param>
    /// <param name="slot">Which of them.</param>
    public static void CopySlot(Index1D index, ArrayView<Quad> from, ArrayView<Quad> to, int quads, SlotPair slots, SlotPair slot)
    {
        int episode = index / quads, i = index % quads;
        to[((long)episode * slots.To + slot.To) * quads + i] = from[((long)episode * slots.From + slot.From) * quads + i];
    }
}

/// <summary>A number for where states come from, and one for where they go.</summary>
public struct SlotPair
{
    /// <summary>That of the source.</summary>
    public int From;

    /// <summary>That of the target.</summary>
    public int To;
}
