using ILGPU;
using ILGPU.Runtime;
using Vsml.Ilgpu.Kernels;
using Vsml.Numerics;

namespace Vsml.Ilgpu;

/// <summary>What each initial cell of an episode is made of: an element of the cells' stream as the compiled kernels draw it, a learned parameter, or both.</summary>
internal sealed class CellTable : IDisposable
{
    private readonly MemoryBuffer1D<int, Stride1D.Dense> _targets, _elements, _sources;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _scales;

    /// <summary>Writes the table to a device.</summary>
    /// <param name="network">The network.</param>
    public CellTable(DeviceNetwork network)
    {
        var (model, shape) = (network.Model.Model, network.Shape);
        var (architecture, group) = (model.Architecture, 0L);
        var (targets, elements, sources, scales) = (new List<int>(), new List<int>(), new List<int>(), new List<float>());
        for (var l = 0; l < architecture.Layers.Count; l++)
        {
            var (storage, subRnns, drawn) = (shape.Layers[l], (int)architecture.Layers[l].SubRnnCount, architecture.RandomCellEntries);
            var entries = architecture.LearnedInitialCell ? architecture.StateSize : drawn;
            var learned = architecture.LearnedInitialCell ? model.Parameters.Find(ParameterLayout.GroupOf(architecture, l, backward: false), "initial_cell").Offset : -1;
            var scale = InitialCells.ScaleOf(architecture, l);
            var atOnce = drawn == 0 ? subRnns : InitialCells.AtOnce(drawn);
            for (var s = 0; s < subRnns; s++)
            {
                // Every fill begins with a fresh group of elements.
                if (s > 0 && s % atOnce == 0) group += Groups(atOnce * drawn);
                for (var n = 0; n < entries; n++)
                {
                    targets.Add(4 * storage.Cell + storage.IndexOf(s, n, shape.SubRnnQuads));
                    elements.Add(n < drawn ? checked((int)(NormalNoise.GroupSize * group) + s % atOnce * drawn + n) : -1);
                    sources.Add(learned < 0 ? -1 : learned + n);
                    scales.Add(scale);
                }
            }
            if (drawn > 0) group += Groups(((subRnns - 1) % atOnce + 1) * drawn);
        }
        Count = targets.Count;
        _targets = Upload(targets);
        _elements = Upload(elements);
        _sources = Upload(sources);
        _scales = Upload(scales);

        static long Groups(int count) => (count + NormalNoise.GroupSize - 1) / NormalNoise.GroupSize;

        MemoryBuffer1D<T, Stride1D.Dense> Upload<T>(List<T> values)
            where T : unmanaged
        {
            var buffer = network.Device.Allocate<T>(values.Count, "the table of initial cells");
            if (values.Count > 0) buffer.CopyFromCPU(values.ToArray());
            return buffer;
        }
    }

    /// <summary>Number of cells that are not zero.</summary>
    public int Count { get; }

    /// <summary>The table.</summary>
    public CellViews Views => new() { Targets = _targets.View, Elements = _elements.View, Scales = _scales.View, Sources = _sources.View };

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in new MemoryBuffer[] { _targets, _elements, _sources, _scales }) buffer.Dispose();
    }
}
