using System.Text;
using System.Text.Json;
using Vsml.Files;

namespace Vsml;

/// <summary>What a saved classifier knows beside numbers.</summary>
/// <param name="Labels">The labels in order.</param>
/// <param name="FeatureCount">Number of features.</param>
/// <param name="FeatureNames">Their names, or null.</param>
internal sealed record ClassifierContent<TLabel>(IReadOnlyList<TLabel> Labels, int FeatureCount, IReadOnlyList<string>? FeatureNames);

/// <summary>The saved form of a classifier (docs/formats.md): tensors, and in the metadata format, theta (its digest), architecture, content and options as JSON.</summary>
internal static class ClassifierFile
{
    private const string Format = "vsml-classifier-2";
    private const long MostStreamBytes = 1L << 30;

    /// <summary>Everything that is text.</summary>
    public static Dictionary<string, string> Metadata<TLabel>(MetaParameters theta, OnlineClassifierOptions<TLabel> options, ClassifierContent<TLabel> content)
        where TLabel : notnull => new()
        {
            ["format"] = Format,
            ["theta"] = theta.Digest,
            ["architecture"] = ArchitectureJson.Format(theta.Architecture),
            ["content"] = Json(json =>
            {
                Write(json, "labels", content.Labels.Select(LabelText.Of));
                json.WriteNumber("features", content.FeatureCount);
                if (content.FeatureNames is { } names) Write(json, "names", names);
            }),
            ["options"] = Json(json =>
            {
                Write(json, "labels", options.Labels.Select(LabelText.Of));
                json.WriteBoolean("acceptsNewLabels", options.AcceptsNewLabels);
                Write(json, "refusedLabels", options.RefusedLabels.Select(LabelText.Of));
                json.WriteNumber("window", options.Window);
                json.WriteString("seed", options.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }),
        };

    /// <summary>Reads a stream; an unbelievably large content is refused.</summary>
    /// <exception cref="VsmlException">It ends too early or is damaged.</exception>
    public static SafetensorsFile Read(Stream stream)
    {
        try
        {
            return SafetensorsFile.Read(stream, "the stream", stream.CanSeek ? stream.Length - stream.Position : MostStreamBytes);
        }
        catch (OutOfMemoryException exception)
        {
            throw new VsmlException("The stream claims more than fits into memory.", exception);
        }
    }

    /// <summary>Refuses what is no saved classifier of this version and theta.</summary>
    /// <exception cref="VsmlException">It is something else.</exception>
    public static void CheckOrigin(SafetensorsFile file, MetaParameters theta)
    {
        var format = file.Metadata.GetValueOrDefault("format");
        if (format != Format)
            throw new VsmlException(format?.StartsWith("vsml-classifier-", StringComparison.Ordinal) == true
                ? $"{file.Path}: this classifier was saved in format {format}, but this version reads {Format}."
                : $"{file.Path}: this is not a saved classifier.");
        if (file.Metadata.GetValueOrDefault("theta") is var digest && digest != theta.Digest)
            throw new VsmlException($"{file.Path}: the classifier was learned under another theta ({digest ?? "unknown"}) than the one given ({theta.Digest}). Load it with that theta.");
    }

    /// <summary>Reads the content.</summary>
    /// <exception cref="VsmlException">It is damaged, or has other labels.</exception>
    public static ClassifierContent<TLabel> Content<TLabel>(SafetensorsFile file)
        where TLabel : notnull
    {
        var source = $"{file.Path} (metadata content)";
        return Parse(file, "content", root =>
        {
            var count = StrictJson.Int32Of(Member(root, "features", source), source, "features");
            var names = root.TryGetProperty("names", out var listed) ? Texts(listed, source, "names") : null;
            if (count < 0 || (names is not null && (names.Count != count || names.Distinct(StringComparer.Ordinal).Count() != count)))
                throw StrictJson.Error(source, "features", $"{count} features do not agree with their names.");
            return new ClassifierContent<TLabel>(
                Labels<TLabel>(root, "labels", source), count, names);
        });
    }

    /// <summary>Reads the options.</summary>
    /// <exception cref="VsmlException">They are damaged.</exception>
    public static OnlineClassifierOptions<TLabel> Options<TLabel>(SafetensorsFile file)
        where TLabel : notnull
    {
        var source = $"{file.Path} (metadata options)";
        return Parse(file, "options", root => new OnlineClassifierOptions<TLabel>
        {
            Labels = Labels<TLabel>(root, "labels", source),
            AcceptsNewLabels = Member(root, "acceptsNewLabels", source) is { ValueKind: JsonValueKind.True or JsonValueKind.False } accepts
                ? accepts.GetBoolean() : throw StrictJson.Error(source, "acceptsNewLabels", "true or false is needed."),
            RefusedLabels = Labels<TLabel>(root, "refusedLabels", source),
            Window = StrictJson.Int32Of(Member(root, "window", source), source, "window"),
            Seed = ulong.TryParse(Text(Member(root, "seed", source), source, "seed"), out var seed) ? seed : throw StrictJson.Error(source, "seed", "a whole number is needed."),
        });
    }

    /// <summary>A tensor of counts, none negative.</summary>
    /// <exception cref="VsmlException">It is missing, of another length or type, or has a negative count.</exception>
    public static long[] Counts(SafetensorsFile file, string name, int length)
    {
        var tensor = file.Get(name);
        if (tensor.Type != TensorType.I64 || tensor.Shape.Count != 1 || tensor.Count != length)
            throw new VsmlException($"Tensor '{name}' of '{file.Path}' is {tensor}; I64 [{length}] is needed.");
        var counts = tensor.ToInt64s();
        return counts.All(count => count is >= 0 and < long.MaxValue / 2) ? counts : throw new VsmlException($"Tensor '{name}' of '{file.Path}' has a count that cannot be.");
    }

    private static T Parse<T>(SafetensorsFile file, string key, Func<JsonElement, T> read)
    {
        if (!file.Metadata.TryGetValue(key, out var json)) throw new VsmlException($"{file.Path}: the metadata has no '{key}'.");
        return StrictJson.Parse(json, $"{file.Path} (metadata {key})", root => root.ValueKind == JsonValueKind.Object ? read(root) : throw StrictJson.Error(file.Path, key, "an object is needed."));
    }

    private static JsonElement Member(JsonElement root, string name, string source) =>
        root.TryGetProperty(name, out var member) ? member : throw StrictJson.Error(source, name, "it is missing.");

    private static List<TLabel> Labels<TLabel>(JsonElement root, string name, string source)
        where TLabel : notnull => [.. Texts(Member(root, name, source), source, name).Select(LabelText.Parse<TLabel>)];

    private static List<string> Texts(JsonElement element, string source, string path) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().Select(item => Text(item, source, path))]
        : throw StrictJson.Error(source, path, "an array of texts is needed.");

    private static string Text(JsonElement element, string source, string path) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : throw StrictJson.Error(source, path, "a text is needed.");

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
