using System.Globalization;
using System.Text;
using System.Text.Json;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>A text.</summary>
/// <param name="orNumber">Whether one that is a whole number stands as a number.</param>
/// <param name="isData">Whether it names data.</param>
internal sealed class TextShape(bool orNumber, bool isData) : Shape
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    public override object Read(JsonElement element, string source, string path) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Number when orNumber => StrictJson.Int32Of(element, source, path).ToString(CultureInfo.InvariantCulture),
        _ => throw StrictJson.Error(source, path, $"it must be a string{(orNumber ? " or a whole number" : "")}, not {StrictJson.Kind(element)}."),
    };

    public override void Write(Utf8JsonWriter writer, object value)
    {
        var text = (string)value;
        if (orNumber && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number.ToString(CultureInfo.InvariantCulture) == text)
            writer.WriteNumberValue(number);
        else writer.WriteStringValue(text);
    }

    public override object Map(object value, Func<string, string> data) => isData ? data((string)value) : value;

    public override void Check(object value, string path, ConfigurationWalk walk)
    {
        try
        {
            Utf8.GetByteCount((string)value);
        }
        catch (EncoderFallbackException)
        {
            walk.Add(path, "it is no text: half of a surrogate pair stands alone in it.");
        }
    }
}
