using Vsml.Data;
using Vsml.Numerics;

namespace Vsml.Playground.Rooms;

/// <summary>Examples that come one after another from a data set, each once.</summary>
internal sealed class ExampleStream
{
    private const int CloudPoints = 300, CornerPoints = 500;
    private const float CloudDeviation = 0.18f;
    private static readonly (float X, float Y)[] s_clouds = [(-0.5f, -0.4f), (0.5f, -0.3f), (0f, 0.55f)];
    private readonly ImageDataset _data;
    private readonly int[] _order;

    private ExampleStream(ImageDataset data, bool isShuffled)
    {
        _data = data;
        _order = [.. Enumerable.Range(0, data.Count)];
        var random = new CounterRandom(1, RandomStream.Task, 0, 0);
        if (isShuffled) random.Shuffle(_order.AsSpan());
    }

    /// <summary>Its name.</summary>
    public string Name => _data.Name;

    /// <summary>All its examples.</summary>
    public int Count => _order.Length;

    /// <summary>Features of an example.</summary>
    public int FeatureCount => _data.ImageSize;

    /// <summary>How many have come.</summary>
    public int Position { get; private set; }

    /// <summary>A data set.</summary>
    public static ExampleStream Of(ImageDataset data, bool isShuffled) => new(data, isShuffled);

    /// <summary>1,797 written digits of 8x8, with values from 0 to 16.</summary>
    public static ExampleStream Digits() => new(DatasetCatalogue.Load("digits", DatasetSplit.All), isShuffled: true);

    /// <summary>Points of the plane in three round clouds.</summary>
    public static ExampleStream Clouds()
    {
        var random = new CounterRandom(2, RandomStream.Task, 0, 0);
        var points = new float[2 * CloudPoints];
        var labels = new int[CloudPoints];
        for (var i = 0; i < CloudPoints; i++)
        {
            labels[i] = i % s_clouds.Length;
            var (x, y) = s_clouds[labels[i]];
            points[2 * i] = Math.Clamp(x + CloudDeviation * random.NextNormal(), -1f, 1f);
            points[2 * i + 1] = Math.Clamp(y + CloudDeviation * random.NextNormal(), -1f, 1f);
        }
        return new(new ImageDataset("clouds", points, labels, 1, 2, 1, ["west", "east", "north"]), isShuffled: true);
    }

    /// <summary>Points of the plane in two classes, each in two opposite corners: the sign of x y, which no sum of what x and y say tells.</summary>
    public static ExampleStream Corners()
    {
        var random = new CounterRandom(3, RandomStream.Task, 0, 0);
        var points = new float[2 * CornerPoints];
        var labels = new int[CornerPoints];
        for (var i = 0; i < points.Length; i++) points[i] = random.NextUniform(-1, 1);
        for (var i = 0; i < CornerPoints; i++) labels[i] = points[2 * i] * points[2 * i + 1] > 0 ? 1 : 0;
        return new(new ImageDataset("corners", points, labels, 1, 2, 1, ["unlike", "alike"]), isShuffled: false);
    }

    /// <summary>The example at <see cref="Position"/>, which is before the end.</summary>
    public Example Current => new(_data.Image(_order[Position]).ToArray(), _data.ClassNames[_data.Labels[_order[Position]]]);

    /// <summary>Goes on to the next.</summary>
    public void Advance() => Position++;

    /// <summary>Goes back to the first.</summary>
    public void Rewind() => Position = 0;
}
