namespace Vsml.MetaTraining;

/// <summary>Bounds of what tasks make up.</summary>
internal static class GeneratedSizes
{
    /// <summary>Most vectors, inputs or classes; more are beyond reason.</summary>
    public const int Largest = 1 << 20;
}
