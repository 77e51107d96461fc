using System.Text.Json;

namespace Vsml.MetaTraining;

/// <summary>A device: its name, or an object that says how exactly it computes as well.</summary>
internal sealed class DeviceShape : Shape
{
    private static readonly RecordShape Whole = RecordShape.Of(typeof(RunDevice));

    public override object Read(JsonElement element, string source, string path) =>
        element.ValueKind == JsonValueKind.String ? new RunDevice(element.GetString()) : Whole.Read(element, source, path);

    public override void Write(Utf8JsonWriter writer, object value)
    {
        var device = (RunDevice)value;
        if (device is { Name: { } name, Precision.IsFloat32: true }) writer.WriteStringValue(name);
        else Whole.Write(writer, device);
    }

    public override void Check(object value, string path, ConfigurationWalk walk) => Whole.Check(value, path, walk);
}
