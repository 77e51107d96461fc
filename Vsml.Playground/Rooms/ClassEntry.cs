namespace Vsml.Playground.Rooms;

/// <summary>A class that a person named or a stream brought.</summary>
/// <param name="Name">Its name, which is its label.</param>
/// <param name="Colour">Number of its colour, which stays when others are forgotten.</param>
internal sealed record ClassEntry(string Name, int Colour);
