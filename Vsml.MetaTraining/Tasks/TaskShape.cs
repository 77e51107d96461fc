using System.Text.Json;

namespace Vsml.MetaTraining;

/// <summary>A task: beside the fields of its kind, <c>transforms</c> lists changes made to every episode.</summary>
internal sealed class TaskShape(Type family) : PartShape(family)
{
    private const string TransformsField = "transforms";

    // Not before all families are known, of which this is one.
    private static ListShape Transforms => field ??= new(typeof(EpisodeTransform), null);

    public override object Read(JsonElement element, string source, string path)
    {
        var task = (TaskDescription)Read(element, source, path, [PartKind.TypeField, TransformsField]);
        return element.TryGetProperty(TransformsField, out var transforms)
            ? new TransformedTask(task, (EquatableArray<EpisodeTransform>)Transforms.Read(transforms, source, RecordShape.Join(path, TransformsField)))
            : task;
    }

    public override void Write(Utf8JsonWriter writer, object value)
    {
        var transformed = value as TransformedTask;
        writer.WriteStartObject();
        WriteFields(writer, transformed?.Source ?? value);
        if (transformed is not null)
        {
            writer.WritePropertyName(TransformsField);
            Transforms.Write(writer, transformed.Transforms);
        }
        writer.WriteEndObject();
    }

    public override void Check(object value, string path, ConfigurationWalk walk)
    {
        var transformed = value as TransformedTask;
        base.Check(transformed?.Source ?? value, path, walk);
        if (transformed is not null) Transforms.Check(transformed.Transforms, RecordShape.Join(path, TransformsField), walk);
    }

    public override object Map(object value, Func<string, string> data) => value is TransformedTask transformed
        ? new TransformedTask((TaskDescription)Map(transformed.Source, data), (EquatableArray<EpisodeTransform>)Transforms.Map(transformed.Transforms, data))
        : base.Map(value, data);
}
