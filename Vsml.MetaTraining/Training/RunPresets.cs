namespace Vsml.MetaTraining;

/// <summary>Run configurations that come with the toolkit.</summary>
public static class RunPresets
{
    private const string Prefix = "Vsml.MetaTraining.Presets.", Suffix = ".json";

    /// <summary>Their names, in ordinal order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(RunPresets).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The JSON text of a preset.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="VsmlException">There is no such preset.</exception>
    public static string Text(string name)
    {
        using var stream = typeof(RunPresets).Assembly.GetManifestResourceStream(Prefix + name + Suffix)
            ?? throw new VsmlException($"There is no preset '{name}'; there are {string.Join(", ", Names)}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
