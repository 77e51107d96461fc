using System.Collections;
using System.Globalization;
using System.Text.Json;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>A list.</summary>
internal sealed class ListShape(Type itemType, FieldRules? rules) : Shape
{
    private readonly Type _type = typeof(EquatableArray<>).MakeGenericType(itemType);

    /// <summary>The shape of its elements.</summary>
    public Shape Item { get; } = Of(itemType, rules is null ? null : rules with { MinLength = 0, OneOrMany = false });

    public override object Read(JsonElement element, string source, string path)
    {
        if (rules is { OneOrMany: true } && element.ValueKind != JsonValueKind.Array) return Make([Item.Read(element, source, path)]);
        if (element.ValueKind != JsonValueKind.Array) throw StrictJson.Error(source, path, $"it must be a list, not {StrictJson.Kind(element)}.");
        return Make([.. element.EnumerateArray().Select((item, i) => Item.Read(item, source, At(path, i)))]);
    }

    public override void Write(Utf8JsonWriter writer, object value)
    {
        var items = ((IEnumerable)value).Cast<object>().ToList();
        var alone = rules is { OneOrMany: true } && items.Count == 1;
        if (!alone) writer.WriteStartArray();
        foreach (var item in items) Item.Write(writer, item);
        if (!alone) writer.WriteEndArray();
    }

    public override void Check(object value, string path, ConfigurationWalk walk)
    {
        var i = 0;
        foreach (var item in (IEnumerable)value)
        {
            if (item is null) walk.AddNull(At(path, i));
            else Item.Check(item, At(path, i), walk);
            i++;
        }
        if (i < rules?.MinLength) walk.Add(path, i == 0 ? "it must not be empty." : string.Create(CultureInfo.InvariantCulture, $"it must have at least {rules.MinLength} elements, not {i}."));
    }

    public override object Map(object value, Func<string, string> data) => Make([.. ((IEnumerable)value).Cast<object>().Select(item => Item.Map(item, data))]);

    public override void Verify(HashSet<Shape> seen) => Item.Verify(seen);

    /// <summary>Path of an element.</summary>
    public static string At(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    private object Make(object[] items)
    {
        var typed = Array.CreateInstance(itemType, items.Length);
        items.CopyTo(typed, 0);
        return Activator.CreateInstance(_type, typed)!;
    }
}
