using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>Run configurations as JSON (schemas/run.schema.json): strict reading, and writing with every field resolved.</summary>
public static class RunConfigurationJson
{
    private const string PresetPrefix = "preset:";
    private static readonly RecordShape Shape = RecordShape.Of(typeof(RunConfiguration));
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a preset (<c>preset:NAME</c>) or a file.</summary>
    /// <param name="presetOrFile">Name or path.</param>
    /// <exception cref="VsmlException">There is no such preset or file, it is not JSON, or it breaks a rule; names the file and the field.</exception>
    public static RunConfiguration Read(string presetOrFile) =>
        presetOrFile.StartsWith(PresetPrefix, StringComparison.Ordinal)
            ? Parse(RunPresets.Text(presetOrFile[PresetPrefix.Length..]), presetOrFile)
            : Parse(StrictJson.ReadText(presetOrFile), presetOrFile);

    /// <summary>Reads a configuration from text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">What to call the text in errors, usually the file's name.</param>
    /// <exception cref="VsmlException">The text is not JSON or breaks a rule; names the source and the field.</exception>
    public static RunConfiguration Parse(string json, string source)
    {
        var configuration = StrictJson.Parse(json, source, root => (RunConfiguration)Shape.Read(root, source, ""));
        ConfigurationProblem.ThrowIfAny(configuration.Validate(), source);
        return configuration;
    }

    /// <summary>The resolved form: every field, defaults included.</summary>
    /// <param name="configuration">A configuration without problems.</param>
    /// <exception cref="VsmlException">It has parts that JSON cannot name; the message says which.</exception>
    public static string Format(RunConfiguration configuration)
    {
        ConfigurationProblem.ThrowIfAny([.. ConfigurationWalk.Of(configuration).Parts.Where(use => Parts.KindOf(use.Part) is null)
            .Select(use => new ConfigurationProblem(use.Path, $"JSON has no name for {use.Part.GetType()}; mark it [VsmlPart(\"some-name\")] and call Parts.Load with its assembly."))]);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented)) Shape.Write(writer, configuration);
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
