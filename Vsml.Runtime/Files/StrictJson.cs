using System.Globalization;
using System.Text.Json;

namespace Vsml.Files;

/// <summary>
/// One object of a JSON file, read strictly: a field that is unknown, stands twice, is missing or has another type is an
/// error that names the file and the field's path.
/// </summary>
internal sealed class StrictJson
{
    private readonly Dictionary<string, JsonElement> _fields = [];
    private readonly string _source;
    private readonly string _path;

    /// <summary>Looks at the fields of an object.</summary>
    /// <param name="element">The object.</param>
    /// <param name="source">Name of the file, for errors.</param>
    /// <param name="path">Path of the object in the file, empty for the whole.</param>
    /// <param name="known">Names of all fields that it may have.</param>
    /// <exception cref="VsmlException">Not an object, or it has an unknown field or one twice.</exception>
    public StrictJson(JsonElement element, string source, string path, params ReadOnlySpan<string> known)
    {
        (_source, _path) = (source, path);
        if (element.ValueKind != JsonValueKind.Object) throw Error(source, path, $"it must be an object, not {Kind(element)}.");
        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
                throw Error(source, PathOf(property.Name), $"there is no such field; there are {string.Join(", ", known)}.");
            if (!_fields.TryAdd(property.Name, property.Value)) throw Error(source, PathOf(property.Name), "the field stands twice.");
        }
    }

    /// <summary>Parses a whole file's text, which must be one JSON value without comments.</summary>
    /// <typeparam name="T">What is made of it.</typeparam>
    /// <param name="json">The text.</param>
    /// <param name="source">Name of the file, for errors.</param>
    /// <param name="read">Makes the result of the root value.</param>
    /// <exception cref="VsmlException">The text is not JSON, or <paramref name="read"/> refuses it.</exception>
    public static T Parse<T>(string json, string source, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return read(document.RootElement);
        }
        // Half a surrogate pair is an ArgumentException, or where it is escaped, an InvalidOperationException when it is fetched.
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            throw new VsmlException($"{source}: not valid JSON: {exception.Message}", exception);
        }
        catch (JsonException exception)
        {
            throw new VsmlException($"{source}: not valid JSON{Place(json, exception)}: {What(exception)}", exception);
        }
    }

    /// <summary>Reads the text of a JSON file that a user named; a pipe will do.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VsmlException">It is not there, is a folder or a device, cannot be read, is above 16 MiB, or is not UTF-8.</exception>
    public static string ReadText(string path) => InputFile.ReadText(path, maxBytes: 16 << 20);

    /// <summary>An error at a path of a file, in the one form that all have.</summary>
    public static VsmlException Error(string source, string path, string message) =>
        new(path.Length == 0 ? $"{source}: {message}" : $"{source}: {path}: {message}");

    /// <summary>Path of a field of this object.</summary>
    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    /// <summary>Whether the field is there.</summary>
    public bool Has(string name) => _fields.ContainsKey(name);

    /// <summary>The field's value as it stands.</summary>
    public JsonElement Element(string name) => _fields.TryGetValue(name, out var element) ? element : throw Missing(name);

    /// <summary>A whole number; the fallback where the field is left out, an error if there is none.</summary>
    public int Int32(string name, int? fallback = null) =>
        _fields.TryGetValue(name, out var element) ? Int32Of(element, _source, PathOf(name)) : fallback ?? throw Missing(name);

    /// <summary>A whole number of at least 0 that fits into 64 bits; the fallback where the field is left out, an error if there is none.</summary>
    public ulong UInt64(string name, ulong? fallback = null) =>
        _fields.TryGetValue(name, out var element) ? (ulong)WholeOf(element, _source, PathOf(name), ulong.MinValue, ulong.MaxValue) : fallback ?? throw Missing(name);

    /// <summary>A number; the fallback where the field is left out, an error if there is none.</summary>
    public double Double(string name, double? fallback = null)
    {
        if (!_fields.TryGetValue(name, out var element)) return fallback ?? throw Missing(name);
        if (element.ValueKind != JsonValueKind.Number) throw Error(_source, PathOf(name), $"it must be a number, not {Kind(element)}.");
        return element.GetDouble();
    }

    /// <summary>true or false; the fallback where the field is left out, an error if there is none.</summary>
    public bool Boolean(string name, bool? fallback = null)
    {
        if (!_fields.TryGetValue(name, out var element)) return fallback ?? throw Missing(name);
        return element.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Error(_source, PathOf(name), $"it must be true or false, not {Kind(element)}."),
        };
    }

    /// <summary>A text; the fallback where the field is left out, an error if there is none.</summary>
    public string String(string name, string? fallback = null)
    {
        if (!_fields.TryGetValue(name, out var element)) return fallback ?? throw Missing(name);
        return element.ValueKind == JsonValueKind.String
            ? element.GetString()!
            : throw Error(_source, PathOf(name), $"it must be a string, not {Kind(element)}.");
    }

    /// <summary>A list's elements with their paths; an error where the field is left out.</summary>
    public IEnumerable<(JsonElement Element, string Path)> List(string name)
    {
        var element = Element(name);
        if (element.ValueKind != JsonValueKind.Array) throw Error(_source, PathOf(name), $"it must be a list, not {Kind(element)}.");
        var i = 0;
        foreach (var item in element.EnumerateArray())
            yield return (item, string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)}[{i++}]"));
    }

    /// <summary>A whole number that fits into 32 bits.</summary>
    public static int Int32Of(JsonElement element, string source, string path) => (int)WholeOf(element, source, path, int.MinValue, int.MaxValue);

    /// <summary>A whole number within bounds. To JSON Schema 4.0 and 4e0 are integers too.</summary>
    public static Int128 WholeOf(JsonElement element, string source, string path, Int128 min, Int128 max)
    {
        const NumberStyles jsonNumber = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (element.ValueKind != JsonValueKind.Number) throw Error(source, path, $"it must be a whole number, not {Kind(element)}.");
        var text = element.GetRawText();
        var shown = text.Length > 40 ? text[..40] + "..." : text;
        return Int128.TryParse(text, jsonNumber, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw Error(source, path, string.Create(CultureInfo.InvariantCulture, $"{shown} is not a whole number {(min < 0 ? "of at most" : "from 0 to")} {max}."));
    }

    /// <summary>How an error calls the type of a value.</summary>
    public static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    // Lines and columns as editors count them, from 1 and in characters; the reader counts from 0 and in bytes.
    private static string Place(string json, JsonException exception)
    {
        if (exception is not { LineNumber: { } line, BytePositionInLine: { } bytes }) return "";
        var start = 0;
        for (var i = 0L; i < line; i++) start = json.IndexOf('\n', start) + 1;
        var column = 1;
        foreach (var rune in json.AsSpan(start).EnumerateRunes())
        {
            if ((bytes -= rune.Utf8SequenceLength) < 0) break;
            column++;
        }
        return string.Create(CultureInfo.InvariantCulture, $" at line {line + 1}, column {column}");
    }

    // The reader's own words, without what it says to programmers.
    private static string What(JsonException exception)
    {
        var text = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var end and > 0 ? exception.Message[..end] : exception.Message;
        return text.Replace(" in this mode. Change the reader options", "", StringComparison.Ordinal).Replace(", when isFinalBlock is true", "", StringComparison.Ordinal);
    }

    private VsmlException Missing(string name) => Error(_source, PathOf(name), "the field is missing.");
}
