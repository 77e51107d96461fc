using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace Vsml.MetaTraining;

/// <summary>How values of a type are read from JSON, written and checked: one description for all three.</summary>
internal abstract class Shape
{
    private const string Supported =
        "supported are bool, int, long, ulong, float, double, string, enums, Architecture, parts, records of these, and EquatableArray<T>";

    /// <summary>The shape of a type.</summary>
    /// <param name="type">The type.</param>
    /// <param name="field">What the field that has it says about its values; null for none.</param>
    /// <exception cref="VsmlException">JSON cannot hold the type; the message says what it can hold.</exception>
    public static Shape Of(Type type, FieldRules? field = null)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Of(underlying, field);
        if (NumberShape.TryOf(type, field?.Range) is { } number) return number;
        if (field?.Range is not null && !IsList(type)) throw new VsmlException($"[Range] does not fit {type.Name}, which is no number");
        if (type == typeof(bool)) return new FlagShape();
        if (type == typeof(string)) return new TextShape(field is { TextOrNumber: true }, field is { IsData: true });
        if (type == typeof(Architecture)) return new ArchitectureShape();
        if (type == typeof(RunDevice)) return new DeviceShape();
        if (type.IsEnum) return new ChoiceShape(type);
        if (IsList(type)) return new ListShape(type.GetGenericArguments()[0], field);
        if (PartFamily.All.FirstOrDefault(family => family.Base == type) is { } parts) return parts.Shape;
        return RecordShape.IsRecord(type) ? RecordShape.Of(type) : throw new VsmlException($"JSON cannot hold {type.Name}; {Supported}");
    }

    /// <summary>Reads a value.</summary>
    /// <param name="element">The JSON value.</param>
    /// <param name="source">Name of the file, for errors.</param>
    /// <param name="path">Path of the value in the file, empty for the whole.</param>
    /// <exception cref="VsmlException">It is of another type; the message names file and path. Bounds are not looked at.</exception>
    public abstract object Read(JsonElement element, string source, string path);

    /// <summary>Writes a value, so that <see cref="Read"/> gives an equal one.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="value">A value without problems.</param>
    public abstract void Write(Utf8JsonWriter writer, object value);

    /// <summary>Checks a value and all that it holds.</summary>
    /// <param name="value">The value.</param>
    /// <param name="path">Its path.</param>
    /// <param name="walk">Gets problems and parts.</param>
    public virtual void Check(object value, string path, ConfigurationWalk walk)
    {
    }

    /// <summary>Finds out whether JSON can hold everything inside.</summary>
    /// <param name="seen">Shapes that need no second look.</param>
    /// <exception cref="VsmlException">It cannot.</exception>
    public virtual void Verify(HashSet<Shape> seen)
    {
    }

    /// <summary>The same value with other names of data.</summary>
    /// <param name="value">The value.</param>
    /// <param name="data">Gives the new name for one that stands in a field marked <see cref="DataReferenceAttribute"/>.</param>
    public virtual object Map(object value, Func<string, string> data) => value;

    private static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(EquatableArray<>);
}

/// <summary>What a field says about its values.</summary>
/// <param name="Range">Bounds of a number, or of the numbers of a list.</param>
/// <param name="MinLength">Fewest elements of a list.</param>
/// <param name="OneOrMany">Whether a list of one may stand as that one.</param>
/// <param name="TextOrNumber">Whether a text that is a whole number stands as a number.</param>
/// <param name="IsData">Whether a text names data.</param>
internal sealed record FieldRules(RangeAttribute? Range, int MinLength, bool OneOrMany, bool TextOrNumber, bool IsData);

/// <summary>A list of one element is written as that element, and may be read so.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OneOrManyAttribute : Attribute;

/// <summary>A text that is a whole number is written as a number, and may be read so.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TextOrNumberAttribute : Attribute;
