using System.Globalization;
using System.Text.Json;
using Vsml.Data;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>
/// Task descriptions as JSON objects: <c>type</c> is images, random, sum-sign, omniglot or mixed, the other fields are the description's
/// properties, and <c>transforms</c> lists changes made to every episode.
/// </summary>
public static class TaskJson
{
    /// <summary>Reads a description from text.</summary>
    /// <param name="json">The text of one object.</param>
    /// <param name="source">Name of the file, for errors.</param>
    /// <exception cref="VsmlException">The text is not JSON, or a field is unknown, missing or wrong; the message names it.</exception>
    public static TaskDescription Parse(string json, string source) =>
        StrictJson.Parse(json, source, element => Read(element, source, ""));

    /// <summary>Reads a description from a part of a JSON file.</summary>
    /// <param name="element">The object.</param>
    /// <param name="source">Name of the file, for errors.</param>
    /// <param name="path">Path of the object in the file, empty for the whole.</param>
    /// <exception cref="VsmlException">A field is unknown, missing or wrong; the message names it.</exception>
    public static TaskDescription Read(JsonElement element, string source, string path)
    {
        var type = Type(element, source, path);
        TaskDescription task = type switch
        {
            "images" => ReadImages(new(element, source, path, "type", "data", "label", "header", "standardise", "split", "size", "classes", "classCount", "transforms"), source),
            "random" => ReadRandom(new(element, source, path, "type", "vectors", "inputs", "classes", "transforms")),
            "sum-sign" => new SumSignTask { Inputs = new StrictJson(element, source, path, "type", "inputs", "transforms").Int32("inputs", 784) },
            "omniglot" => ReadOmniglot(new(element, source, path, "type", "archive", "ways", "size", "transforms")),
            "mixed" => ReadMixed(new(element, source, path, "type", "tasks", "transforms"), source),
            _ => throw StrictJson.Error(source, Join(path, "type"), $"there is no task type '{type}'; there are images, random, sum-sign, omniglot and mixed."),
        };
        if (!element.TryGetProperty("transforms", out _)) return task;
        var transforms = new StrictJson(element, source, path, [.. element.EnumerateObject().Select(property => property.Name)])
            .List("transforms").Select(item => EpisodeTransformJson.Read(item.Element, source, item.Path)).ToList();
        return transforms.Count == 0 ? task : new TransformedTask(task, transforms);
    }

    /// <summary>Writes a description as one object, so that <see cref="Read"/> gives an equal one.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="task">The description.</param>
    /// <exception cref="ArgumentException">A type that this file format does not know.</exception>
    public static void Write(Utf8JsonWriter writer, TaskDescription task)
    {
        var transforms = new List<EpisodeTransform>();
        while (task is TransformedTask transformed)
        {
            transforms.InsertRange(0, transformed.Transforms);
            task = transformed.Source;
        }
        writer.WriteStartObject();
        switch (task)
        {
            case ImageTask images:
                WriteImages(writer, images);
                break;
            case RandomTask random:
                writer.WriteString("type", "random");
                writer.WriteNumber("vectors", random.Vectors);
                writer.WriteNumber("inputs", random.Inputs);
                writer.WriteNumber("classes", random.Classes);
                break;
            case SumSignTask sumSign:
                writer.WriteString("type", "sum-sign");
                writer.WriteNumber("inputs", sumSign.Inputs);
                break;
            case OmniglotTask omniglot:
                writer.WriteString("type", "omniglot");
                writer.WriteString("archive", omniglot.Archive);
                writer.WriteNumber("ways", omniglot.Ways);
                writer.WriteNumber("size", omniglot.Size);
                break;
            case MixedTask mixed:
                writer.WriteString("type", "mixed");
                writer.WriteStartArray("tasks");
                foreach (var share in mixed.Shares)
                {
                    writer.WriteStartObject();
                    writer.WriteNumber("weight", share.Weight);
                    writer.WritePropertyName("task");
                    Write(writer, share.Task);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
                break;
            default:
                throw new ArgumentException($"{task.GetType().Name} has no JSON form.", nameof(task));
        }
        if (transforms.Count > 0)
        {
            writer.WriteStartArray("transforms");
            foreach (var transform in transforms) EpisodeTransformJson.Write(writer, transform);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    internal static string Type(JsonElement element, string source, string path)
    {
        if (element.ValueKind != JsonValueKind.Object) throw StrictJson.Error(source, path, $"it must be an object, not {StrictJson.Kind(element)}.");
        if (!element.TryGetProperty("type", out var type)) throw StrictJson.Error(source, Join(path, "type"), "the field is missing.");
        return type.ValueKind == JsonValueKind.String ? type.GetString()!
            : throw StrictJson.Error(source, Join(path, "type"), $"it must be a string, not {StrictJson.Kind(type)}.");
    }

    private static ImageTask ReadImages(StrictJson fields, string source)
    {
        var split = fields.String("split", "train");
        return new ImageTask
        {
            Data = fields.String("data", "mnist"),
            Label = fields.Has("label") ? LabelColumn(fields.Element("label"), source, fields.PathOf("label")) : null,
            Header = fields.Has("header") ? fields.Boolean("header") : null,
            Standardise = fields.Has("standardise") ? fields.String("standardise") switch
            {
                "columns" => Standardisation.Columns,
                "all" => Standardisation.All,
                var other => throw StrictJson.Error(source, fields.PathOf("standardise"), $"'{other}' is neither columns nor all."),
            } : null,
            Split = split switch
            {
                "train" => DatasetSplit.Train,
                "test" => DatasetSplit.Test,
                "all" => DatasetSplit.All,
                _ => throw StrictJson.Error(source, fields.PathOf("split"), $"'{split}' is none of train, test and all."),
            },
            Size = fields.Int32("size", 0),
            Classes = fields.Has("classes") ? new(fields.List("classes").Select(item => StrictJson.Int32Of(item.Element, source, item.Path))) : default,
            ClassCount = fields.Int32("classCount", 0),
        };
    }

    // A column's name or its index, which stands as a number.
    private static string LabelColumn(JsonElement element, string source, string path) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Number => StrictJson.Int32Of(element, source, path).ToString(CultureInfo.InvariantCulture),
        _ => throw StrictJson.Error(source, path, $"it must be a column's name or its index, not {StrictJson.Kind(element)}."),
    };

    private static RandomTask ReadRandom(StrictJson fields) => new()
    {
        Vectors = fields.Int32("vectors", 20),
        Inputs = fields.Int32("inputs", 784),
        Classes = fields.Int32("classes", 10),
    };

    private static OmniglotTask ReadOmniglot(StrictJson fields) => new()
    {
        Archive = fields.String("archive"),
        Ways = fields.Int32("ways", 5),
        Size = fields.Int32("size", 28),
    };

    private static MixedTask ReadMixed(StrictJson fields, string source)
    {
        var shares = new List<TaskShare>();
        foreach (var (element, path) in fields.List("tasks"))
        {
            var share = new StrictJson(element, source, path, "weight", "task");
            var weight = share.Double("weight", 1);
            if (!(weight > 0) || !double.IsFinite(weight)) throw StrictJson.Error(source, share.PathOf("weight"), "it must be above 0.");
            shares.Add(new(weight, Read(share.Element("task"), source, share.PathOf("task"))));
        }
        return shares.Count > 0 ? new MixedTask(shares) : throw StrictJson.Error(source, fields.PathOf("tasks"), "there must be at least one task.");
    }

    private static void WriteImages(Utf8JsonWriter writer, ImageTask images)
    {
        writer.WriteString("type", "images");
        writer.WriteString("data", images.Data);
        if (images.Label is { } label)
        {
            if (int.TryParse(label, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index)) writer.WriteNumber("label", index);
            else writer.WriteString("label", label);
        }
        if (images.Header is { } header) writer.WriteBoolean("header", header);
        if (images.Standardise is { } standardise) writer.WriteString("standardise", standardise == Standardisation.Columns ? "columns" : "all");
        writer.WriteString("split", images.Split switch { DatasetSplit.Train => "train", DatasetSplit.Test => "test", _ => "all" });
        if (images.Size != 0) writer.WriteNumber("size", images.Size);
        if (images.Classes.Count > 0)
        {
            writer.WriteStartArray("classes");
            foreach (var c in images.Classes) writer.WriteNumberValue(c);
            writer.WriteEndArray();
        }
        if (images.ClassCount != 0) writer.WriteNumber("classCount", images.ClassCount);
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
