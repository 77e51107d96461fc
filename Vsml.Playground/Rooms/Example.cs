namespace Vsml.Playground.Rooms;

/// <summary>What learners learn from.</summary>
/// <param name="Features">In raw units.</param>
/// <param name="Label">Name of its class.</param>
internal sealed record Example(float[] Features, string Label);
