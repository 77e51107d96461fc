using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>An enum, by names in lower case with hyphens, or those that its members are given.</summary>
internal sealed class ChoiceShape : Shape
{
    private readonly Array _values;

    public ChoiceShape(Type type)
    {
        _values = type.GetEnumValues();
        Names = [.. type.GetEnumNames().Select(member =>
            type.GetField(member)!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? JsonNamingPolicy.KebabCaseLower.ConvertName(member))];
    }

    /// <summary>The names, in order of the values.</summary>
    public IReadOnlyList<string> Names { get; }

    public override object Read(JsonElement element, string source, string path)
    {
        if (element.ValueKind != JsonValueKind.String) throw StrictJson.Error(source, path, $"it must be a string, not {StrictJson.Kind(element)}.");
        for (var i = 0; i < Names.Count; i++)
            if (element.ValueEquals(Names[i])) return _values.GetValue(i)!;
        throw StrictJson.Error(source, path, $"'{element.GetString()}' is none of {Words.List(Names)}.");
    }

    public override void Write(Utf8JsonWriter writer, object value) => writer.WriteStringValue(NameOf(value));

    public override void Check(object value, string path, ConfigurationWalk walk)
    {
        if (Array.IndexOf(_values, value) < 0) walk.Add(path, $"{value:D} is none of {Words.List(Names)}.");
    }

    /// <summary>The name of a value.</summary>
    public string NameOf(object value) => Names[Array.IndexOf(_values, value)];
}
