namespace Vsml.Playground.Rooms;

/// <summary>What examples of a room are.</summary>
/// <param name="Name">Its name in addresses.</param>
/// <param name="FeatureCount">Features of an example; 0 for as many as the first has.</param>
internal sealed record RoomKind(string Name, int FeatureCount)
{
    /// <summary>Drawings, as 8x8 values from 0 to 16, like those of UCI digits.</summary>
    public static RoomKind Draw { get; } = new("draw", 64);

    /// <summary>Points x, y of a square from -1 to 1.</summary>
    public static RoomKind Plane { get; } = new("plane", 2);

    /// <summary>Rows of a table.</summary>
    public static RoomKind Table { get; } = new("table", 0);
}
