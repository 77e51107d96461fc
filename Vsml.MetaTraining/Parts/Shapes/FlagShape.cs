using System.Text.Json;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>true or false.</summary>
internal sealed class FlagShape : Shape
{
    public override object Read(JsonElement element, string source, string path) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw StrictJson.Error(source, path, $"it must be true or false, not {StrictJson.Kind(element)}."),
    };

    public override void Write(Utf8JsonWriter writer, object value) => writer.WriteBooleanValue((bool)value);
}
