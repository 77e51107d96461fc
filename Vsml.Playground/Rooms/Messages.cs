using Vsml.Numerics;

namespace Vsml.Playground.Rooms;

/// <summary>The messages of one example: what flows forward to a prediction, and back once the label is known (docs/model.md).</summary>
/// <param name="Inputs">The forward message of each input: its standardised value [A].</param>
/// <param name="Labels">Names of the outputs; the stand-in for classes to come is not among them, but last in what follows.</param>
/// <param name="Votes">Of each output, what the sub-RNN at each input says to it; their mean, bounded, is the output [labels + 1][A].</param>
/// <param name="Outputs">The outputs [labels + 1].</param>
/// <param name="Probabilities">Their softmax [labels + 1].</param>
/// <param name="Errors">The backward messages: probability minus label [labels + 1]; null while there is no label.</param>
internal sealed record Messages(float[] Inputs, IReadOnlyList<string> Labels, float[][] Votes, float[] Outputs, float[] Probabilities, float[]? Errors)
{
    /// <summary>Looks at an example that is not learned yet; null where nothing was learned that could send a message.</summary>
    /// <param name="classifier">A learner under a theta of one layer, without layer norm. Nothing is learned.</param>
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
        return new(inputs, [.. classifier.Labels], VotesOf(classifier.Theta, hidden, inputs.Length, outputs.Length), outputs, probabilities, errors);
    }

    private static float[][] VotesOf(MetaParameters theta, float[] hidden, int rows, int columns)
    {
        var (n, m, entry) = (theta.Architecture.StateSize, theta.Architecture.MessageSize, theta.Architecture.OutputIndex);
        var group = ParameterLayout.GroupOf(theta.Architecture, theta.Architecture.Layers.Count - 1, backward: false);
        var weights = theta.Values.Slice(theta.Layout.Find(group, "fwd/w").Offset, n * m);
        var bias = theta.Values[theta.Layout.Find(group, "fwd/b").Offset + entry];
        var votes = Enumerable.Range(0, columns).Select(_ => new float[rows]).ToArray();
        for (var a = 0; a < rows; a++)
            for (var b = 0; b < columns; b++)
            {
                var vote = bias;
                for (var i = 0; i < n; i++) vote += hidden[(a * columns + b) * n + i] * weights[i * m + entry];
                votes[b][a] = vote;
            }
        return votes;
    }
}
