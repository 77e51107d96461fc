using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>Cloning runs as JSON (schemas/clone.schema.json): strict reading, and writing with every field resolved.</summary>
public static class CloneConfigurationJson
{
    private const string PresetPrefix = "preset:", Resources = "Vsml.MetaTraining.ClonePresets.", Suffix = ".json";
    private static readonly RecordShape Shape = RecordShape.Of(typeof(CloneConfiguration));
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Names of the presets, in ordinal order.</summary>
    public static IReadOnlyList<string> Presets { get; } =
    [
        .. typeof(CloneConfigurationJson).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Resources, StringComparison.Ordinal))
            .Select(name => name[Resources.Length..^Suffix.Length]).Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads a preset (<c>preset:NAME</c>) or a file.</summary>
    /// <param name="presetOrFile">Name or path.</param>
    /// <exception cref="VsmlException">There is no such preset or file, it is not JSON, or it breaks a rule; names the file and the field.</exception>
    public static CloneConfiguration Read(string presetOrFile)
    {
        var json = presetOrFile.StartsWith(PresetPrefix, StringComparison.Ordinal) ? Preset(presetOrFile[PresetPrefix.Length..]) : StrictJson.ReadText(presetOrFile);
        var configuration = StrictJson.Parse(json, presetOrFile, root => (CloneConfiguration)Shape.Read(root, presetOrFile, ""));
        ConfigurationProblem.ThrowIfAny([.. ConfigurationWalk.Of(configuration).Problems], presetOrFile);
        return configuration;
    }

    /// <summary>The resolved form: every field, defaults included.</summary>
    /// <param name="configuration">A configuration without problems.</param>
    public static string Format(CloneConfiguration configuration)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented)) Shape.Write(writer, configuration);
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static string Preset(string name)
    {
        using var stream = typeof(CloneConfigurationJson).Assembly.GetManifestResourceStream(Resources + name + Suffix)
            ?? throw new VsmlException($"There is no preset '{name}' for cloning; there are {string.Join(", ", Presets)}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
