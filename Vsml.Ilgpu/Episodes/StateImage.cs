using System.Runtime.InteropServices;
using Vsml.Ilgpu.Kernels;
using Vsml.Numerics;

namespace Vsml.Ilgpu;

/// <summary>The states of one batch as a device stores them, in host memory: between canonical order and the device.</summary>
/// <param name="shape">The kernels' shape.</param>
/// <param name="architecture">The network.</param>
/// <param name="batch">Examples that share a tick.</param>
internal sealed class StateImage(DeviceShape shape, Architecture architecture, int batch)
{
    /// <summary>The floats, [batch, floats of a state].</summary>
    public float[] Floats { get; } = new float[checked(batch * 4 * shape.StateQuads)];

    /// <summary>Sets h or c of a layer.</summary>
    /// <param name="layer">Layer index from 0.</param>
    /// <param name="isCell">Whether it is c.</param>
    /// <param name="canonical">[batch, A, B, N], or [batch, k, k, channels in, channels out, N].</param>
    public void Import(int layer, bool isCell, ReadOnlySpan<float> canonical)
    {
        var halves = MemoryMarshal.Cast<float, Half>(Floats.AsSpan());
        for (var i = 0; i < canonical.Length; i++)
            if (!isCell && StoresHalves) halves[IndexOf(layer, isCell, i)] = (Half)canonical[i];
            else Floats[IndexOf(layer, isCell, i)] = canonical[i];
    }

    /// <summary>Copies out h or c of a layer.</summary>
    /// <param name="layer">Layer index from 0.</param>
    /// <param name="isCell">Whether it is c.</param>
    /// <returns>Canonical order with the batch first.</returns>
    public float[] Export(int layer, bool isCell)
    {
        var canonical = new float[checked(batch * (int)architecture.Layers[layer].SubRnnCount * architecture.StateSize)];
        var halves = MemoryMarshal.Cast<float, Half>(Floats.AsSpan());
        for (var i = 0; i < canonical.Length; i++) canonical[i] = !isCell && StoresHalves ? (float)halves[IndexOf(layer, isCell, i)] : Floats[IndexOf(layer, isCell, i)];
        return canonical;
    }

    /// <summary>Sets c of all layers to initial cells, by the fills of the compiled kernels and so with their bits; for a batch of 1.</summary>
    /// <param name="model">The model.</param>
    /// <param name="theta">Flat meta-parameters.</param>
    /// <param name="random">The stream to draw from.</param>
    public void Begin(VsmlModel model, ReadOnlySpan<float> theta, ref CounterRandom random)
    {
        var (size, entries) = (architecture.StateSize, architecture.RandomCellEntries);
        for (var l = 0; l < architecture.Layers.Count; l++)
        {
            var (subRnns, scale) = ((int)architecture.Layers[l].SubRnnCount, InitialCells.ScaleOf(architecture, l));
            var (cells, atOnce) = (new float[subRnns * size], entries == 0 ? subRnns : InitialCells.AtOnce(entries));
            var drawn = new float[atOnce * entries];
            for (var first = 0; first < subRnns && entries > 0; first += atOnce)
            {
                var count = Math.Min(atOnce, subRnns - first) * entries;
                random.FillTruncatedNormal(drawn.AsSpan(0, count));
                for (var i = 0; i < count; i++) cells[(first + i / entries) * size + i % entries] = drawn[i] * scale;
            }
            Import(l, isCell: true, IlgpuTrace.WithLearned(model, l, theta, cells));
        }
    }

    private bool StoresHalves => shape.Precision.StateStorage == StateStorage.Float16;

    // In floats, or in halves.
    private int IndexOf(int layer, bool isCell, int canonical)
    {
        var storage = shape.Layers[layer];
        var subRnns = (int)architecture.Layers[layer].SubRnnCount;
        var (subRnn, entry) = (canonical / architecture.StateSize, canonical % architecture.StateSize);
        var begin = subRnn / subRnns * shape.StateQuads * (!isCell && StoresHalves ? 2 : 1);
        return 4 * (begin + (isCell ? storage.Cell : storage.Hidden)) + storage.IndexOf(subRnn % subRnns, entry, shape.SubRnnQuads);
    }
}
