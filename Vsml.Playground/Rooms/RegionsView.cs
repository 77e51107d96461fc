namespace Vsml.Playground.Rooms;

/// <summary>Which class a learner would say at each place of the plane.</summary>
/// <param name="Size">Places along a side.</param>
/// <param name="Classes">Index of the class, row by row from y = 1 down [size x size]; empty where there is no class.</param>
/// <param name="Confidence">Its probability.</param>
internal sealed record RegionsView(int Size, IReadOnlyList<int> Classes, IReadOnlyList<float> Confidence)
{
    private const int Side = 40;

    /// <summary>Asks a learner about every place.</summary>
    /// <param name="room">A room of the plane.</param>
    /// <param name="learner">0 for ours, then the rivals.</param>
    public static RegionsView Of(Room room, int learner)
    {
        if (room.Now.Examples.Count == 0 && room.Now.Classifier.FeatureCount == 0) return new(Side, [], []);
        var (classes, confidence) = (new int[Side * Side], new float[Side * Side]);
        for (var i = 0; i < classes.Length; i++)
        {
            var probabilities = room.Predict([(i % Side + 0.5f) * 2 / Side - 1, 1 - (i / Side + 0.5f) * 2 / Side], learner);
            classes[i] = Array.IndexOf(probabilities, probabilities.Max());
            confidence[i] = probabilities[classes[i]];
        }
        return new(Side, classes, confidence);
    }
}
