using System.CommandLine;
using Vsml.Data;

namespace Vsml.Tool.Commands;

/// <summary>The options that say how a data file is read and which part is used; called as in a task's JSON.</summary>
/// <param name="withSplit">Whether the command uses one part, which can be chosen.</param>
internal sealed class DataOptions(bool withSplit = true)
{
    private readonly Option<string?> _label = new("--label")
    {
        HelpName = "NAME|INDEX",
        Description = "Label column of a CSV file: its name, or its index from 0, negative from the end; left out: the last.",
    };

    private readonly Option<string?> _header = new("--header")
    {
        HelpName = "true|false",
        Description = "Whether the first line of a CSV file names the columns; left out: goes by the content where that is sure.",
    };

    private readonly Option<string?> _standardise = new("--standardise")
    {
        HelpName = "columns|all",
        Description = "Shift and scale each column by its own mean and deviation, or all inputs by one; left out: columns for CSV files, all for images.",
    };

    private readonly Option<string?> _split = new("--split")
    {
        HelpName = "train|test|all",
        Description = "Part of the data (docs/data.md says how files are divided); left out: the test part where a set comes with one, else all.",
    };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        foreach (var option in new[] { _label, _header, _standardise }) command.Options.Add(option);
        if (withSplit) command.Options.Add(_split);
    }

    /// <summary>How a CSV file is to be read.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="VsmlException">A value is none of its option's.</exception>
    public CsvOptions Csv(ParseResult parsed) => new(parsed.GetValue(_label), OneOf(parsed, _header, ("true", true), ("false", false)));

    /// <summary>By which figures inputs are standardised; null if nothing is said.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="VsmlException">The value is none of the option's.</exception>
    public Standardisation? Standardise(ParseResult parsed) =>
        OneOf(parsed, _standardise, ("columns", Standardisation.Columns), ("all", Standardisation.All));

    /// <summary>Which part of the data; null if nothing is said.</summary>
    /// <param name="parsed">The command line.</param>
    /// <exception cref="VsmlException">The value is none of the option's.</exception>
    public DatasetSplit? Split(ParseResult parsed) =>
        OneOf(parsed, _split, ("train", DatasetSplit.Train), ("test", DatasetSplit.Test), ("all", DatasetSplit.All));

    private static T? OneOf<T>(ParseResult parsed, Option<string?> option, params ReadOnlySpan<(string Name, T Value)> choices)
        where T : struct
    {
        if (parsed.GetValue(option) is not { } given) return null;
        foreach (var (name, value) in choices)
            if (name == given) return value;
        throw new VsmlException($"{option.Name}: there is no '{given}'; write {option.HelpName!.Replace("|", " or ")}.");
    }
}
