namespace Vsml.MetaTraining;

/// <summary>Bounds of what tasks make up.</summary>
internal static class GeneratedSizes
{
    private const int Largest = 1 << 20;

    /// <summary>The size itself if it makes sense.</summary>
    /// <exception cref="VsmlException">It is below 1 or beyond reason.</exception>
    public static int Checked(int size, string what) =>
        size is >= 1 and <= Largest ? size : throw new VsmlException($"a task of {size} {what} is outside 1..{Largest}");
}
