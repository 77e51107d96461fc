namespace Vsml.Generators.Emission;

/// <summary>One emitted C# file.</summary>
/// <param name="Name">File name, unique within a compilation, for example "Demo.MnistLearner.Surface.g.cs".</param>
/// <param name="Text">The whole text, with LF line ends.</param>
public sealed record EmittedFile(string Name, string Text);
