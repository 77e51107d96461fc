namespace Vsml.Tests.Fixtures;

/// <summary>A test on the shipped theta "online"; skipped, with the reason, where the runtime was built without it.</summary>
public class ShippedFactAttribute : FactAttribute
{
    /// <summary>Looks for it.</summary>
    public ShippedFactAttribute() => Skip = MetaParameters.ShippedNames.Contains("online") ? null : "The theta 'online' is not among the shipped ones.";
}
