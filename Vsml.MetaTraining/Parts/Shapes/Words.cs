namespace Vsml.MetaTraining;

/// <summary>Lists in sentences.</summary>
internal static class Words
{
    /// <summary>One, another and a third.</summary>
    public static string List(IReadOnlyList<string> words) =>
        words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.Take(words.Count - 1))} and {words[^1]}";
}
