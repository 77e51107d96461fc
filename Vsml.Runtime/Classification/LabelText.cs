using System.Globalization;

namespace Vsml;

/// <summary>Labels as text, in saved files.</summary>
internal static class LabelText
{
    /// <summary>Writes a label.</summary>
    /// <exception cref="VsmlException">Labels of this type have no text that brings them back.</exception>
    public static string Of<TLabel>(TLabel label)
        where TLabel : notnull
    {
        CheckType<TLabel>();
        return typeof(TLabel).IsEnum ? label.ToString()! : Convert.ToString(label, CultureInfo.InvariantCulture)!;
    }

    /// <summary>Reads what <see cref="Of"/> wrote.</summary>
    /// <exception cref="VsmlException">It is no such label.</exception>
    public static TLabel Parse<TLabel>(string text)
        where TLabel : notnull
    {
        CheckType<TLabel>();
        try
        {
            return typeof(TLabel).IsEnum ? (TLabel)Enum.Parse(typeof(TLabel), text)
                : typeof(TLabel) == typeof(Guid) ? (TLabel)(object)Guid.ParseExact(text, "D")
                : (TLabel)Convert.ChangeType(text, typeof(TLabel), CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or ArgumentException or InvalidCastException)
        {
            throw new VsmlException($"'{text}' is no label of type {typeof(TLabel).Name}.", exception);
        }
    }

    private static void CheckType<TLabel>()
    {
        var type = typeof(TLabel);
        if (type.IsEnum || type == typeof(Guid)) return;
        if (Type.GetTypeCode(type) is TypeCode.String or TypeCode.Boolean or TypeCode.Char or (>= TypeCode.SByte and <= TypeCode.UInt64)) return;
        throw new VsmlException($"Labels of type {type.Name} cannot be saved. Use strings, whole numbers, characters, booleans, Guids or enums as labels.");
    }
}
