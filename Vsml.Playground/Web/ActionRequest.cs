namespace Vsml.Playground.Web;

/// <summary>What the page sends with an action; each needs some of it.</summary>
/// <param name="Features">Features of an example.</param>
/// <param name="Label">Name of a class.</param>
/// <param name="Count">Number of examples.</param>
/// <param name="Continues">Whether a stretch of the stream goes on.</param>
/// <param name="Source">A stream that is built in.</param>
/// <param name="Theta">Name of a shipped theta.</param>
internal sealed record ActionRequest(float[]? Features = null, string? Label = null, int Count = 0, bool Continues = false, string? Source = null, string? Theta = null)
{
    /// <summary>The features.</summary>
    /// <exception cref="VsmlException">There are none.</exception>
    public float[] GivenFeatures => Features ?? throw new VsmlException("The request has no features.");

    /// <summary>The label, without blanks around it.</summary>
    /// <exception cref="VsmlException">There is none.</exception>
    public string GivenLabel => Label is { } label && label.Trim().Length > 0 ? label.Trim() : throw new VsmlException("Name a class first.");
}
