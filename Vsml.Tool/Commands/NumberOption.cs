using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Vsml.Tool.Commands;

/// <summary>
/// Options whose values are numbers, written as in JSON and read the same in every culture: 1.5 and 2e3, but neither 1,5 nor 1 000.
/// </summary>
internal static class NumberOption
{
    private const NumberStyles JsonNumber = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>Makes an option that can be left out; its value is null then.</summary>
    /// <typeparam name="T">Type of the number; one of integers takes whole numbers alone.</typeparam>
    /// <param name="name">The option's name.</param>
    /// <param name="helpName">What stands for the number in the help.</param>
    /// <param name="min">The smallest number that it takes.</param>
    /// <param name="max">The largest number that it takes.</param>
    /// <param name="description">What it decides.</param>
    public static Option<T?> Create<T>(string name, string helpName, T min, T max, string description) where T : struct, INumber<T> =>
        new(name) { HelpName = helpName, Description = description, CustomParser = result => Parse(result, name, min, max) };

    /// <summary>Makes an option that has a value when it is left out.</summary>
    /// <typeparam name="T">Type of the number; one of integers takes whole numbers alone.</typeparam>
    /// <param name="name">The option's name.</param>
    /// <param name="helpName">What stands for the number in the help.</param>
    /// <param name="min">The smallest number that it takes.</param>
    /// <param name="max">The largest number that it takes.</param>
    /// <param name="standard">The value when it is left out.</param>
    /// <param name="description">What it decides.</param>
    public static Option<T> Create<T>(string name, string helpName, T min, T max, T standard, string description) where T : struct, INumber<T> =>
        new(name) { HelpName = helpName, Description = description, DefaultValueFactory = _ => standard, CustomParser = result => Parse(result, name, min, max) };

    /// <summary>Makes an option that can be given several times; its value is null when it is left out.</summary>
    /// <typeparam name="T">Type of the numbers; one of integers takes whole numbers alone.</typeparam>
    /// <param name="name">The option's name.</param>
    /// <param name="helpName">What stands for a number in the help.</param>
    /// <param name="min">The smallest number that it takes.</param>
    /// <param name="max">The largest number that it takes.</param>
    /// <param name="description">What it decides.</param>
    public static Option<T[]?> CreateMany<T>(string name, string helpName, T min, T max, string description) where T : struct, INumber<T> =>
        new(name) { HelpName = helpName, Description = description, Arity = ArgumentArity.OneOrMore, CustomParser = result => [.. Enumerable.Range(0, result.Tokens.Count).Select(i => Parse(result, name, min, max, i))] };

    private static T Parse<T>(ArgumentResult result, string name, T min, T max, int token = 0) where T : struct, INumber<T>
    {
        var text = result.Tokens[token].Value;
        if (T.TryParse(text, JsonNumber, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max) return value;
        var wanted = value is double
            ? string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}, with a point before its fraction")
            : string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}");
        result.AddError($"{name}: '{text}' is not {wanted}.");
        return default;
    }
}
