using System.Collections.Immutable;

namespace Vsml.Playground.Rooms;

/// <summary>All that undoing brings back. Lists are values; the classifier of a moment that was left is never learned with again.</summary>
/// <param name="Classifier">The learner under the shipped theta.</param>
/// <param name="Classes">The classes in the order in which they came.</param>
/// <param name="Examples">What was learned from, forgotten classes left out.</param>
/// <param name="Outcomes">For each prediction before a label, bit l: whether learner l was right.</param>
internal sealed record Moment(OnlineClassifier<string> Classifier, ImmutableList<ClassEntry> Classes, ImmutableList<Example> Examples, ImmutableList<byte> Outcomes)
{
    /// <summary>Nothing learned.</summary>
    /// <param name="theta">Shipped meta-parameters.</param>
    public static Moment Under(MetaParameters theta) => new(new OnlineClassifier<string>(theta), [], [], []);

    /// <summary>Bytes that the states of its sub-RNNs take.</summary>
    public long StateBytes => 2L * sizeof(float) * Classifier.Theta.Architecture.StateSize * SubRnnCount(Classifier.FeatureCount, Classifier.Labels.Count);

    /// <summary>Sub-RNNs of its network with other sizes.</summary>
    /// <param name="features">Inputs.</param>
    /// <param name="classes">Outputs, the stand-in for classes to come left out.</param>
    public long SubRnnCount(int features, int classes)
    {
        var layers = Classifier.Theta.Architecture.Layers;
        return layers.Select((layer, l) => (l == 0 ? features : (long)layer.Inputs) * (l == layers.Count - 1 ? classes + 1 : layer.Outputs)).Sum();
    }

    /// <summary>The same with a class of a name, if it is not there.</summary>
    /// <exception cref="VsmlException">The name is none, or there are too many classes.</exception>
    public Moment WithClass(string name)
    {
        if (Classes.Exists(entry => entry.Name == name)) return this;
        if (string.IsNullOrWhiteSpace(name) || name.Length > Room.LongestName || name.Any(char.IsControl))
            throw new VsmlException($"A class needs a name of 1 to {Room.LongestName} characters.");
        if (Classes.Count == Room.MostClasses) throw new VsmlException($"There are {Room.MostClasses} classes, the most that this page shows; forget one first.");
        var colour = 0;
        while (Classes.Exists(entry => entry.Colour == colour)) colour++;
        return this with { Classes = Classes.Add(new(name, colour)) };
    }
}
