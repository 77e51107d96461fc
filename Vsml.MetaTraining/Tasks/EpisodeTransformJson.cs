using System.Text.Json;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>Episode transforms as JSON objects.</summary>
internal static class EpisodeTransformJson
{
    /// <summary>Reads a transform.</summary>
    public static EpisodeTransform Read(JsonElement element, string source, string path)
    {
        var type = TaskJson.Type(element, source, path);
        return type switch
        {
            "random-pixels" => new RandomPixels(Fields("count").Int32("count")),
            "random-projection" => new RandomProjection(Fields("outputs").Int32("outputs", 0)),
            "fixed-projection" => new FixedProjection(Fields("seed").UInt64("seed")),
            "fixed-permutation" => new FixedPermutation(Fields("seed").UInt64("seed")),
            "label-permutation" => Labels(),
            "input-scale-jitter" => new InputScaleJitter((float)Fields("logRange").Double("logRange", .5)),
            "padding" => new Padding(Fields("inputs", "outputs").Int32("inputs", 0), Fields("inputs", "outputs").Int32("outputs", 0)),
            _ => throw StrictJson.Error(source, path + ".type", $"there is no transform '{type}'; there are random-pixels, random-projection, fixed-projection, fixed-permutation, label-permutation, input-scale-jitter and padding."),
        };

        StrictJson Fields(params string[] names) => new(element, source, path, ["type", .. names]);

        LabelPermutation Labels()
        {
            _ = Fields();
            return new();
        }
    }

    /// <summary>Writes a transform.</summary>
    public static void Write(Utf8JsonWriter writer, EpisodeTransform transform)
    {
        writer.WriteStartObject();
        switch (transform)
        {
            case RandomPixels pixels:
                writer.WriteString("type", "random-pixels");
                writer.WriteNumber("count", pixels.Count);
                break;
            case RandomProjection projection:
                writer.WriteString("type", "random-projection");
                if (projection.Outputs != 0) writer.WriteNumber("outputs", projection.Outputs);
                break;
            case FixedProjection projection:
                writer.WriteString("type", "fixed-projection");
                writer.WriteNumber("seed", projection.Seed);
                break;
            case FixedPermutation permutation:
                writer.WriteString("type", "fixed-permutation");
                writer.WriteNumber("seed", permutation.Seed);
                break;
            case LabelPermutation:
                writer.WriteString("type", "label-permutation");
                break;
            case InputScaleJitter jitter:
                writer.WriteString("type", "input-scale-jitter");
                writer.WriteNumber("logRange", jitter.LogRange);
                break;
            case Padding padding:
                writer.WriteString("type", "padding");
                if (padding.InputSize != 0) writer.WriteNumber("inputs", padding.InputSize);
                if (padding.OutputSize != 0) writer.WriteNumber("outputs", padding.OutputSize);
                break;
            default:
                throw new ArgumentException($"{transform.GetType().Name} has no JSON form.", nameof(transform));
        }
        writer.WriteEndObject();
    }
}
