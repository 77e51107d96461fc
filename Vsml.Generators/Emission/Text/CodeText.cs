using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Vsml.Generators.Planning;

namespace Vsml.Generators.Emission;

/// <summary>
/// Text of emitted code. An interpolated string that becomes one prints its numbers as C# literals in the invariant culture:
/// <c>$"x * {0.5f}"</c> is <c>x * 0.5f</c> on every machine.
/// </summary>
[InterpolatedStringHandler]
public readonly struct CodeText
{
    private readonly StringBuilder _text;

    /// <summary>Starts a text; called by the compiler.</summary>
    /// <param name="literalLength">Number of literal characters.</param>
    /// <param name="formattedCount">Number of holes.</param>
    public CodeText(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + 8 * formattedCount);

    /// <summary>Adds literal text.</summary>
    /// <param name="text">The text.</param>
    public void AppendLiteral(string text) => _text.Append(text);

    /// <summary>Adds text.</summary>
    /// <param name="text">The text.</param>
    public void AppendFormatted(string? text) => _text.Append(text);

    /// <summary>Adds an integer.</summary>
    /// <param name="value">The number.</param>
    public void AppendFormatted(int value) => _text.Append(Literal(value));

    /// <summary>Adds a size: an integer, or an expression of free sizes.</summary>
    /// <param name="value">The size.</param>
    public void AppendFormatted(Extent value) => _text.Append(value.ToString());

    /// <summary>Adds an integer.</summary>
    /// <param name="value">The number.</param>
    public void AppendFormatted(long value) => _text.Append(Literal(value));

    /// <summary>Adds a float literal.</summary>
    /// <param name="value">The number.</param>
    public void AppendFormatted(float value) => _text.Append(Literal(value));

    /// <summary>Adds a double literal.</summary>
    /// <param name="value">The number.</param>
    public void AppendFormatted(double value) => _text.Append(Literal(value));

    /// <summary>Adds <c>true</c> or <c>false</c>.</summary>
    /// <param name="value">The value.</param>
    public void AppendFormatted(bool value) => _text.Append(Literal(value));

    /// <summary>The integer as C# writes it.</summary>
    /// <param name="value">The number.</param>
    public static string Literal(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The shortest literal that reads back as the same float, for example <c>0.1f</c>.</summary>
    /// <param name="value">The number.</param>
    public static string Literal(float value)
    {
        if (float.IsNaN(value)) return "float.NaN";
        if (float.IsInfinity(value)) return value > 0 ? "float.PositiveInfinity" : "float.NegativeInfinity";
        // "R" of the desktop framework is not always exact, so the shortest of G6 to G9 that is.
        for (var digits = 6; digits < 9; digits++)
        {
            var text = value.ToString("G" + Literal(digits), CultureInfo.InvariantCulture);
            if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var back) && back.Equals(value)) return text + "f";
        }
        return value.ToString("G9", CultureInfo.InvariantCulture) + "f";
    }

    /// <summary>The shortest literal that reads back as the same double, for example <c>0.5</c>.</summary>
    /// <param name="value">The number.</param>
    public static string Literal(double value)
    {
        if (double.IsNaN(value)) return "double.NaN";
        if (double.IsInfinity(value)) return value > 0 ? "double.PositiveInfinity" : "double.NegativeInfinity";
        for (var digits = 15; digits < 17; digits++)
        {
            var text = value.ToString("G" + Literal(digits), CultureInfo.InvariantCulture);
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var back) && back.Equals(value)) return Decimal(text);
        }
        return Decimal(value.ToString("G17", CultureInfo.InvariantCulture));

        // Without point or exponent it would read as an integer.
        static string Decimal(string text) => text.IndexOfAny(['.', 'E']) < 0 ? text + ".0" : text;
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    /// <param name="value">The value.</param>
    public static string Literal(bool value) => value ? "true" : "false";

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
