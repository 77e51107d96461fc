using System.Text.Json;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>A part: an object whose <c>type</c> names what it is.</summary>
internal class PartShape(Type family) : Shape
{
    private PartFamily Family => PartFamily.Of(family)!;

    public override object Read(JsonElement element, string source, string path) => Read(element, source, path, [PartKind.TypeField]);

    public override void Write(Utf8JsonWriter writer, object value)
    {
        writer.WriteStartObject();
        WriteFields(writer, value);
        writer.WriteEndObject();
    }

    public override void Check(object value, string path, ConfigurationWalk walk)
    {
        walk.Parts.Add((path, value, Family));
        Parts.KindOf(value)?.Shape.Check(value, path, walk);
    }

    public override object Map(object value, Func<string, string> data) => Parts.KindOf(value)?.Shape.Map(value, data) ?? value;

    /// <summary>Reads the part that <c>type</c> names.</summary>
    /// <param name="element">The object.</param>
    /// <param name="source">Name of the file, for errors.</param>
    /// <param name="path">Path of the object.</param>
    /// <param name="more">Fields that it may have beside those of its kind.</param>
    protected object Read(JsonElement element, string source, string path, ReadOnlySpan<string> more)
    {
        if (element.ValueKind != JsonValueKind.Object) throw StrictJson.Error(source, path, $"it must be an object, not {StrictJson.Kind(element)}.");
        var place = RecordShape.Join(path, PartKind.TypeField);
        if (!element.TryGetProperty(PartKind.TypeField, out var type)) throw StrictJson.Error(source, place, "the field is missing.");
        if (type.ValueKind != JsonValueKind.String) throw StrictJson.Error(source, place, $"it must be a string, not {StrictJson.Kind(type)}.");
        var kind = Parts.Find(Family, type.GetString()!)
            ?? throw StrictJson.Error(source, place, $"there is no {Family.Word} '{type.GetString()}'; there are {Words.List(Parts.NamesOf(Family))}. An assembly named by --assembly may bring others.");
        return kind.Shape.Read(element, source, path, more);
    }

    /// <summary>Writes <c>type</c> and the fields of the part's kind.</summary>
    protected static void WriteFields(Utf8JsonWriter writer, object value)
    {
        var kind = Parts.KindOf(value) ?? throw new ArgumentException($"{value.GetType()} is no registered part.", nameof(value));
        if (kind.Shape.TypeField is null) writer.WriteString(PartKind.TypeField, kind.Name);
        kind.Shape.WriteFields(writer, value);
    }
}
