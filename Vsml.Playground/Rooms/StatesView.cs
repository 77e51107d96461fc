namespace Vsml.Playground.Rooms;

/// <summary>One number of every sub-RNN.</summary>
/// <param name="Labels">Names of the columns; the stand-in for classes to come is not among them, but last in the values.</param>
/// <param name="Entries">N, the entries of a state.</param>
/// <param name="Values">[labels + 1][features].</param>
internal sealed record StatesView(IReadOnlyList<string> Labels, int Entries, float[][] Values)
{
    /// <summary>The sub-RNNs of a classifier.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="isCell">Whether c is shown; if not, h.</param>
    /// <param name="entry">The entry; -1 for the root of the mean square over all.</param>
    public static StatesView Of(OnlineClassifier<string> classifier, bool isCell, int entry)
    {
        var (cell, hidden) = classifier.States();
        var states = isCell ? cell : hidden;
        var (rows, columns, n) = (classifier.FeatureCount, classifier.Labels.Count + 1, classifier.Theta.Architecture.StateSize);
        var values = Enumerable.Range(0, columns).Select(_ => new float[rows]).ToArray();
        for (var a = 0; a < rows; a++)
            for (var b = 0; b < columns; b++)
            {
                var state = states.AsSpan((a * columns + b) * n, n);
                var square = 0f;
                foreach (var value in state) square += value * value;
                values[b][a] = entry < 0 ? MathF.Sqrt(square / n) : state[Math.Min(entry, n - 1)];
            }
        return new([.. classifier.Labels], n, values);
    }
}
