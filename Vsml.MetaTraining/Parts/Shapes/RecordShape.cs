using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>A record: an object with a field for every parameter of its constructor and every other property that can be set.</summary>
internal sealed class RecordShape : Shape
{
    private static readonly ConcurrentDictionary<Type, RecordShape> Shapes = new();
    private readonly ConstructorInfo _constructor;
    private readonly Lazy<IReadOnlyList<RecordField>> _fields;

    private RecordShape(Type type)
    {
        Type = type;
        _constructor = ConstructorOf(type);
        _fields = new(() => RecordField.Of(type, _constructor));
    }

    /// <summary>The record.</summary>
    public Type Type { get; }

    /// <summary>Its fields: those of the constructor, then the others as declared, derived before inherited ones.</summary>
    public IReadOnlyList<RecordField> Fields => _fields.Value;

    private IEnumerable<RecordField> Arguments => Fields.Where(one => one.Parameter is not null).OrderBy(one => one.Parameter!.Position);

    /// <summary>The field that tells which of several names a part has; null for parts with one name.</summary>
    public RecordField? TypeField => Fields.FirstOrDefault(one => one.Name == PartKind.TypeField);

    /// <summary>The shape of a record.</summary>
    public static RecordShape Of(Type type) => Shapes.GetOrAdd(type, key => new RecordShape(key));

    /// <summary>The shape of a part, with everything inside looked at.</summary>
    /// <exception cref="VsmlException">It cannot be one.</exception>
    public static RecordShape OfPart(Type type)
    {
        if (!IsRecord(type)) throw new VsmlException($"{type.FullName} cannot be a part of runs: it must be a record, so that equal descriptions are equal values.");
        try
        {
            var shape = Of(type);
            shape.Verify([]);
            return shape.TypeField is null or { Shape: ChoiceShape } ? shape : throw new VsmlException($"its field '{PartKind.TypeField}' is taken by its name in JSON");
        }
        catch (VsmlException exception)
        {
            throw new VsmlException($"{type.FullName} cannot be a part of runs: {exception.Message}.", exception);
        }
    }

    /// <summary>Whether a type is a record class.</summary>
    public static bool IsRecord(Type type) => type.IsClass && type.GetMethod("<Clone>$") is not null;

    /// <summary>Path of a field.</summary>
    public static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    public override object Read(JsonElement element, string source, string path) => Read(element, source, path, []);

    /// <summary>Reads a record that may have further fields, which somebody else reads.</summary>
    public object Read(JsonElement element, string source, string path, ReadOnlySpan<string> more)
    {
        var names = Fields.Select(field => field.Name).ToList();
        var json = new StrictJson(element, source, path, [.. more.ToArray().Except(names), .. names]);
        try
        {
            return Create(Value);
        }
        catch (TargetInvocationException exception)
        {
            throw StrictJson.Error(source, path, exception.InnerException!.Message);
        }

        // Of a field that is left out and has to be there, the element is asked for, which says that it is missing.
        object? Value(RecordField field) => json.Has(field.Name) || field.IsRequired ? field.Shape.Read(json.Element(field.Name), source, json.PathOf(field.Name)) : null;
    }

    /// <summary>Makes a record.</summary>
    /// <param name="value">The value of each field; null for its default.</param>
    public object Create(Func<RecordField, object?> value)
    {
        var record = _constructor.Invoke([.. Arguments.Select(field => value(field) ?? field.Default)]);
        foreach (var field in Fields)
            if (field.Parameter is null && value(field) is { } held) field.Property.SetValue(record, held);
        return record;
    }

    public override void Write(Utf8JsonWriter writer, object value)
    {
        writer.WriteStartObject();
        WriteFields(writer, value);
        writer.WriteEndObject();
    }

    /// <summary>Writes the fields alone.</summary>
    public void WriteFields(Utf8JsonWriter writer, object value)
    {
        foreach (var field in Fields)
        {
            if (field.Property.GetValue(value) is not { } held || (field.IsLeftOut && held.Equals(field.Empty))) continue;
            writer.WritePropertyName(field.Name);
            field.Shape.Write(writer, held);
        }
    }

    public override void Check(object value, string path, ConfigurationWalk walk)
    {
        var nulls = walk.Nulls;
        foreach (var field in Fields)
        {
            var (held, place) = (field.Property.GetValue(value), Join(path, field.Name));
            if (field.IsLeftOut && held is not null && held.Equals(field.Empty)) continue;
            if (held is not null) field.Shape.Check(held, place, walk);
            else if (!field.MayBeNull) walk.AddNull(place);
            foreach (var rule in field.Rules)
                if (!rule.IsValid(held)) walk.Add(place, rule.FormatErrorMessage(field.Name));
        }
        // Rules about several fields may look into all of them.
        if (walk.Nulls > nulls || value is not IValidatableObject rules) return;
        foreach (var result in rules.Validate(new ValidationContext(value)))
            if (result is not null) walk.Add(result.MemberNames.FirstOrDefault() is { } member ? Join(path, FieldOf(member)) : path, result.ErrorMessage ?? "it is wrong.");
    }

    public override object Map(object value, Func<string, string> data) =>
        Create(field => field.Property.GetValue(value) is { } held ? field.Shape.Map(held, data) : null);

    public override void Verify(HashSet<Shape> seen)
    {
        if (!seen.Add(this)) return;
        foreach (var field in Fields) field.Shape.Verify(seen);
    }

    /// <summary>The name that a part has by its <see cref="TypeField"/>; null without one.</summary>
    public string? NameOf(object part) => TypeField is { Shape: ChoiceShape names } field ? names.NameOf(field.Property.GetValue(part)!) : null;

    private string FieldOf(string member) => Fields.FirstOrDefault(field => field.Property.Name == member)?.Name ?? member;

    private static ConstructorInfo ConstructorOf(Type type)
    {
        var all = type.GetConstructors();
        var marked = all.Where(constructor => constructor.IsDefined(typeof(JsonConstructorAttribute))).ToList();
        return (marked.Count > 0 ? marked : [.. all]) is [var only] ? only
            : throw new VsmlException($"{type.Name} has {all.Length} public constructors; it needs one, or one marked [JsonConstructor]");
    }
}
