namespace Vsml.Playground.Rooms;

/// <summary>One number of every sub-RNN.</summary>
/// <param name="Labels">Names of the last layer's columns; the stand-in for classes to come is not among them, but last in the values.</param>
/// <param name="Entries">N, the entries of a state.</param>
/// <param name="Values">Of the last layer [labels + 1][inputs of the layer].</param>
/// <param name="Below">Of each layer below it [inputs of the layer][hidden units].</param>
internal sealed record StatesView(IReadOnlyList<string> Labels, int Entries, float[][] Values, IReadOnlyList<float[][]> Below)
{
    /// <summary>The sub-RNNs of a classifier.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="isCell">Whether c is shown; if not, h.</param>
    /// <param name="entry">The entry; -1 for the root of the mean square over all.</param>
    public static StatesView Of(OnlineClassifier<string> classifier, bool isCell, int entry)
    {
        var (layers, n) = (classifier.Theta.Architecture.Layers, classifier.Theta.Architecture.StateSize);
        var last = LayerOf(classifier, layers.Count - 1, isCell, entry);
        var rows = layers.Count == 1 ? classifier.FeatureCount : layers[^1].Inputs;
        float[][] columns = [.. Enumerable.Range(0, classifier.Labels.Count + 1).Select(b => Enumerable.Range(0, rows).Select(a => last[a * (classifier.Labels.Count + 1) + b]).ToArray())];
        return new([.. classifier.Labels], n, columns, [.. Enumerable.Range(0, layers.Count - 1).Select(l => LayerOf(classifier, l, isCell, entry).Chunk(layers[l].Outputs).ToArray())]);
    }

    // [rows x columns]
    private static float[] LayerOf(OnlineClassifier<string> classifier, int layer, bool isCell, int entry)
    {
        var (cell, hidden) = classifier.States(layer);
        var n = classifier.Theta.Architecture.StateSize;
        return [.. (isCell ? cell : hidden).Chunk(n).Select(state => entry < 0 ? MathF.Sqrt(state.Sum(value => value * value) / n) : state[Math.Min(entry, n - 1)])];
    }
}
