using System.Text.Json;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>An architecture, whose JSON form and rules are its own.</summary>
internal sealed class ArchitectureShape : Shape
{
    public override object Read(JsonElement element, string source, string path) => ArchitectureJson.Read(element, source, path);

    public override void Write(Utf8JsonWriter writer, object value)
    {
        using var json = JsonDocument.Parse(ArchitectureJson.Format((Architecture)value));
        json.RootElement.WriteTo(writer);
    }

    public override void Check(object value, string path, ConfigurationWalk walk)
    {
        foreach (var problem in ArchitectureRules.Check((Architecture)value))
            if (!problem.IsWarning) walk.Add($"{path}.{problem.Path}", problem.Message);
    }
}
