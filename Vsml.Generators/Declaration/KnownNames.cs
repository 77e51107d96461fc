namespace Vsml.Generators.Declaration;

/// <summary>Full names of the runtime's types that a declaration uses.</summary>
internal static class KnownNames
{
    public const string VsmlModelAttribute = "Vsml.VsmlModelAttribute";
    public const string DenseLayerAttribute = "Vsml.DenseLayerAttribute";
    public const string Conv2dLayerAttribute = "Vsml.Conv2dLayerAttribute";
    public const string TickScheduleAttribute = "Vsml.TickScheduleAttribute";
    public const string Learner = "Vsml.Learner";
    public const string MetaParameters = "Vsml.MetaParameters";
    public const string PackedTheta = "Vsml.PackedTheta";
}
