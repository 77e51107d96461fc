using Vsml.Numerics;

namespace Vsml.Playground.Rooms;

/// <summary>The messages of one example: what flows forward to a prediction, and back once the label is known (docs/model.md).</summary>
/// <param name="Inputs">The forward message of each input: its standardised value [A].</param>
/// <param name="Hidden">Of each layer but the last, the forward message of each hidden unit: the root of the mean square of its entries.</param>
/// <param name="Labels">Names of the outputs; the stand-in for classes to come is not among them, but last in what follows.</param>
/// <param name="Votes">Of each output, what each of its sub-RNNs says to it; their mean, bounded, is the output [labels + 1][inputs of the last layer].</param>
/// <param name="Outputs">The outputs [labels + 1].</param>
/// <param name="Probabilities">Their softmax [labels + 1].</param>
/// <param name="Errors">The backward messages: probability minus label [labels + 1]; null while there is no label.</param>
internal sealed record Messages(
    float[] Inputs, IReadOnlyList<float[]> Hidden, IReadOnlyList<string> Labels, float[][] Votes, float[] Outputs, float[] Probabilities, float[]? Errors)
{
    /// <summary>Looks at an example that is not learned yet; null where nothing was learned that could send a message.</summary>
    /// <param name="classifier">A learner under a theta without layer norm. Nothing is learned.</param>
    /// <param name="features">The example's features.</param>
    /// <param name="label">Its label, if it is known and not new.</param>
    public static Messages? Of(OnlineClassifier<string> classifier, ReadOnlySpan<float> features, string? label)
    {
        if (classifier.Labels.Count == 0 || classifier.FeatureCount == 0) return null;
        var (inputs, outputs, hidden) = classifier.Look(features);
        var probabilities = new float[outputs.Length];
        new Prediction(outputs).Probabilities(probabilities);
        float[]? errors = null;
        if (label is not null && classifier.Labels.Contains(label))
            errors = [.. probabilities.Select((probability, b) => probability - (b < classifier.Labels.Count && classifier.Labels[b] == label ? 1f : 0f))];
        var last = hidden.Length - 1;
        return new(
            inputs, [.. Enumerable.Range(0, last).Select(layer => SizesOf(classifier.Theta, layer, hidden[layer]))], [.. classifier.Labels],
            SaidTo(classifier.Theta, last, hidden[last], outputs.Length, classifier.Theta.Architecture.OutputIndex), outputs, probabilities, errors);
    }

    private static float[] SizesOf(MetaParameters theta, int layer, float[] hidden)
    {
        var (units, entries) = (theta.Architecture.Layers[layer].Outputs, theta.Architecture.MessageSize);
        var squares = new float[units];
        for (var entry = 0; entry < entries; entry++)
        {
            var said = SaidTo(theta, layer, hidden, units, entry);
            for (var b = 0; b < units; b++)
            {
                var message = said[b].Sum() / (theta.Architecture.MessageScale == MessageScale.Root ? MathF.Sqrt(said[b].Length) : said[b].Length);
                squares[b] += message * message;
            }
        }
        return Array.ConvertAll(squares, square => MathF.Sqrt(square / entries));
    }

    // An entry of h Wf + bf of every sub-RNN, [columns][rows].
    private static float[][] SaidTo(MetaParameters theta, int layer, float[] hidden, int columns, int entry)
    {
        var (n, m) = (theta.Architecture.StateSize, theta.Architecture.MessageSize);
        var group = ParameterLayout.GroupOf(theta.Architecture, layer, backward: false);
        var weights = theta.Values.Slice(theta.Layout.Find(group, "fwd/w").Offset, n * m);
        var bias = theta.Values[theta.Layout.Find(group, "fwd/b").Offset + entry];
        var rows = hidden.Length / n / columns;
        var said = Enumerable.Range(0, columns).Select(_ => new float[rows]).ToArray();
        for (var a = 0; a < rows; a++)
            for (var b = 0; b < columns; b++)
            {
                var sum = bias;
                for (var i = 0; i < n; i++) sum += hidden[(a * columns + b) * n + i] * weights[i * m + entry];
                said[b][a] = sum;
            }
        return said;
    }
}
