using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>A number, with its bounds.</summary>
internal abstract class NumberShape : Shape
{
    /// <summary>The shape of a type of numbers; null for another type.</summary>
    public static NumberShape? TryOf(Type type, RangeAttribute? range) =>
        type == typeof(int) ? new NumberShape<int>(range)
        : type == typeof(long) ? new NumberShape<long>(range)
        : type == typeof(ulong) ? new NumberShape<ulong>(range)
        : type == typeof(float) ? new NumberShape<float>(range)
        : type == typeof(double) ? new NumberShape<double>(range)
        : null;

    /// <summary>Smallest value; null where only the type limits it.</summary>
    public abstract double? Min { get; }

    /// <summary>Largest value; null where only the type limits it.</summary>
    public abstract double? Max { get; }

    /// <summary>Whether it is a whole number.</summary>
    public abstract bool IsWhole { get; }
}

/// <summary>A number of one type.</summary>
/// <typeparam name="T">The type.</typeparam>
internal sealed class NumberShape<T>(RangeAttribute? range) : NumberShape
    where T : struct, INumber<T>, IMinMaxValue<T>
{
    private static readonly bool Fractions = T.CreateSaturating(0.5) != T.Zero;
    private readonly T _min = range is null ? T.MinValue : Bound(range.Minimum);
    private readonly T _max = range is null ? T.MaxValue : Bound(range.Maximum);

    public override double? Min => _min == T.MinValue ? null : Convert.ToDouble(range!.Minimum, CultureInfo.InvariantCulture);

    public override double? Max => _max == T.MaxValue ? null : Convert.ToDouble(range!.Maximum, CultureInfo.InvariantCulture);

    public override bool IsWhole => !Fractions;

    public override object Read(JsonElement element, string source, string path)
    {
        if (!Fractions) return T.CreateChecked(StrictJson.WholeOf(element, source, path, Int128.CreateChecked(T.MinValue), Int128.CreateChecked(T.MaxValue)));
        if (element.ValueKind != JsonValueKind.Number) throw StrictJson.Error(source, path, $"it must be a number, not {StrictJson.Kind(element)}.");
        return typeof(T) == typeof(float) ? (object)element.GetSingle() : element.GetDouble();
    }

    public override void Write(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case int number: writer.WriteNumberValue(number); break;
            case long number: writer.WriteNumberValue(number); break;
            case ulong number: writer.WriteNumberValue(number); break;
            case float number: writer.WriteNumberValue(number); break;
            default: writer.WriteNumberValue((double)value); break;
        }
    }

    public override void Check(object value, string path, ConfigurationWalk walk)
    {
        var number = (T)value;
        if (!T.IsFinite(number)) walk.Add(path, "it must be finite.");
        else if (number < _min || number > _max || (number == _min && range is { MinimumIsExclusive: true }) || (number == _max && range is { MaximumIsExclusive: true })) walk.Add(path, string.Create(CultureInfo.InvariantCulture, $"{range!.ErrorMessage ?? "it must be " + Bounds()}, not {number}."));
    }

    private static T Bound(object bound) => T.Clamp(T.CreateSaturating(Convert.ToDouble(bound, CultureInfo.InvariantCulture)), T.MinValue, T.MaxValue);

    private string Bounds()
    {
        var low = string.Create(CultureInfo.InvariantCulture, $"{(range!.MinimumIsExclusive ? "above" : "at least")} {_min}");
        var high = string.Create(CultureInfo.InvariantCulture, $"{(range.MaximumIsExclusive ? "below" : "at most")} {_max}");
        return Max is null ? low : Min is null ? high : $"{low} and {high}";
    }
}
