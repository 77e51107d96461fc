using System.Globalization;

namespace Vsml.Data;

/// <summary>What a field of a CSV file can be.</summary>
internal static class CsvText
{
    private const int Shown = 40;

    private static readonly HashSet<string> Missing = new(StringComparer.OrdinalIgnoreCase) { "", "?", "NA", "N/A", "#N/A", "<NA>", "NaN", "-NaN", "null", "inf", "+inf", "-inf" };

    /// <summary>Whether a field says that there is no value.</summary>
    public static bool IsMissing(string text) => Missing.Contains(text);

    /// <summary>Whether a field is a finite number.</summary>
    public static bool IsNumber(string text) => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value);

    /// <summary>Whether a field can only be a column's name: it holds a letter and is neither a number, finite or not, nor a sign that a value is missing.</summary>
    public static bool IsName(string text) =>
        text.Any(char.IsLetter) && !IsMissing(text) && !float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    /// <summary>A field as a message shows it.</summary>
    public static string Shorten(string text) => text.Length <= Shown ? text : text[..Shown] + "…";
}
