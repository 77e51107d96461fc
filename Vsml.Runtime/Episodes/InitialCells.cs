using Vsml.Contracts;
using Vsml.Numerics;

namespace Vsml;

/// <summary>Initial cells of an episode: random entries that break the symmetry between sub-RNNs, and a learned vector if there is one.</summary>
internal static class InitialCells
{
    // On the stack; at least the 128 entries of one sub-RNN.
    private const int MaxDrawnAtOnce = 1024;

    /// <summary>Draws the random entries of all layers, in canonical order.</summary>
    public static void Draw(NetworkShape shape, Architecture architecture, NetworkState state, ref CounterRandom random)
    {
        var entries = architecture.RandomCellEntries;
        if (entries == 0) return;
        Span<float> drawn = stackalloc float[MaxDrawnAtOnce];
        for (var l = 0; l < shape.Layers.Count; l++)
        {
            var storage = shape.Layers[l];
            var cell = state.Cell[l].Span;
            var sigma = ScaleOf(architecture, l);
            var atOnce = AtOnce(entries);
            for (var e = 0; e < state.Batch; e++)
                for (var first = 0; first < storage.SubRnns; first += atOnce)
                {
                    var count = Math.Min(atOnce, storage.SubRnns - first);
                    var values = drawn[..(count * entries)];
                    random.FillTruncatedNormal(values);
                    for (var s = 0; s < count; s++)
                    {
                        var at = storage.IndexOf((first + s) / storage.Outputs, (first + s) % storage.Outputs, e, state.Batch);
                        for (var n = 0; n < entries; n++) cell[at + n * storage.EntryStride] = values[s * entries + n] * sigma;
                    }
                }
        }
    }

    /// <summary>Standard deviation of the random entries of a layer.</summary>
    public static float ScaleOf(Architecture architecture, int layer) =>
        architecture.InitialCellScaleOf(layer).Value is { } given ? (float)given : 1f / MathF.Sqrt(architecture.Layers[layer].InitialFanIn);

    /// <summary>Sub-RNNs of a layer that are drawn by one fill of their stream.</summary>
    /// <param name="entries">Random entries of a sub-RNN.</param>
    public static int AtOnce(int entries) => MaxDrawnAtOnce / entries;

    /// <summary>Adds the learned initial cell to all sub-RNNs of each layer.</summary>
    public static void AddLearned(NetworkShape shape, NetworkState state, ReadOnlySpan<float> learned)
    {
        for (var l = 0; l < shape.Layers.Count; l++)
        {
            var storage = shape.Layers[l];
            var cell = state.Cell[l].Span;
            var add = learned.Slice(l * storage.StateSize, storage.StateSize);
            for (var e = 0; e < state.Batch; e++)
                for (var s = 0; s < storage.SubRnns; s++)
                {
                    var at = storage.IndexOf(s / storage.Outputs, s % storage.Outputs, e, state.Batch);
                    for (var n = 0; n < add.Length; n++) cell[at + n * storage.EntryStride] += add[n];
                }
        }
    }
}
