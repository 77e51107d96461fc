using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>
/// changes.jsonl: how the configuration of a run was changed after the run had begun, one JSON object a line
/// (schemas/changes.schema.json).
/// </summary>
internal static class ChangeLog
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Adds a line.</summary>
    /// <param name="path">The file; made if it is not there.</param>
    /// <param name="iteration">Meta-iterations done before the change.</param>
    /// <param name="changes">What was changed.</param>
    /// <exception cref="VsmlException">The file cannot be read or written.</exception>
    public static void Append(string path, int iteration, IReadOnlyList<ConfigurationChange> changes)
    {
        using var line = new MemoryStream();
        using (var writer = new Utf8JsonWriter(line, Readable))
        {
            writer.WriteStartObject();
            writer.WriteNumber("iteration", iteration);
            writer.WriteString("time", DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture));
            writer.WriteStartArray("changes");
            foreach (var change in changes)
            {
                writer.WriteStartObject();
                writer.WriteString("field", change.Field);
                if (change.From is not null) WriteRaw(writer, "from", change.From);
                if (change.To is not null) WriteRaw(writer, "to", change.To);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        var before = File.Exists(path) ? InputFile.ReadText(path, maxBytes: 16 << 20) : "";
        AtomicFile.WriteAllText(path, $"{before}{Encoding.UTF8.GetString(line.ToArray())}\n");
    }

    private static void WriteRaw(Utf8JsonWriter writer, string name, string json)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(json);
    }
}
