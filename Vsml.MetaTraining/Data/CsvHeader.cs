using System.Globalization;

namespace Vsml.Data;

/// <summary>What the first line of a CSV file says: which column the label is, and whether the line names the columns at all.</summary>
/// <param name="first">The fields of the first line.</param>
/// <param name="name">Name of the file, for messages.</param>
/// <param name="options">What was asked for.</param>
internal sealed class CsvHeader(string[] first, string name, CsvOptions options)
{
    private const int NamesShown = 8;

    private static readonly string[] LabelNames = ["label", "class", "target"];

    /// <summary>The label's column, from 0.</summary>
    public int LabelColumn { get; } = FindLabel(first, name, options);

    /// <summary>Whether the first line has a word for labels where they stand; it may still be a class.</summary>
    public bool NamesLabel => IsLabelName(first[LabelColumn]);

    /// <summary>Whether the first line names the columns; null if only the labels of the other lines can tell.</summary>
    /// <exception cref="VsmlException">It is not sure.</exception>
    public bool? Guess()
    {
        if (options.Header is { } known) return known;
        if (options.Label is { } label && Index(label) is null) return true;
        var features = first.Where((_, column) => column != LabelColumn).ToArray();
        if (features.Any(IsLabelName)) return true;
        if (features.All(CsvText.IsNumber))
        {
            var text = first[LabelColumn];
            if (!CsvText.IsNumber(text)) return CsvText.IsMissing(text) ? false : null;
            return first.Length > 2 && CountsUp(first) ? throw Unsure("counts up by ones, as names of columns may") : false;
        }
        if (features.All(text => CsvText.IsName(text) || text.Length == 0) && features.Any(CsvText.IsName)) return true;
        var numbers = features.Where(CsvText.IsNumber).ToArray();
        if (CountsUp(numbers) && features.All(text => CsvText.IsName(text) || CsvText.IsNumber(text))) return true;
        var odd = Enumerable.Range(0, first.Length).First(column => column != LabelColumn && !CsvText.IsNumber(first[column]));
        throw Unsure($"has '{CsvText.Shorten(first[odd])}' in column {odd + 1} among numbers");
    }

    /// <summary>Checks that a header does not name another column as the label than the one that is taken for want of a choice.</summary>
    /// <exception cref="VsmlException">It does.</exception>
    public void CheckLabel()
    {
        if (options.Label is not null) return;
        var named = Array.FindIndex(first, IsLabelName);
        if (named >= 0 && named != LabelColumn)
            throw new VsmlException($"{name}: column {named + 1} is named '{first[named]}', but the last one, '{CsvText.Shorten(first[LabelColumn])}', would be the label; say which with --label {first[named]} or --label -1");
    }

    /// <summary>An error that asks for the option.</summary>
    /// <param name="why">What the first line is like.</param>
    public VsmlException Unsure(string why) =>
        new($"{name}: line 1 {why}, so it may name the columns or hold data; say which with --header true or --header false");

    private static int FindLabel(string[] first, string name, CsvOptions options)
    {
        if (options.Label is not { } label) return first.Length - 1;
        if (Index(label) is { } index)
        {
            var column = index < 0 ? first.Length + index : index;
            return column >= 0 && column < first.Length ? column
                : throw new VsmlException($"{name}: label column {index} is outside the {first.Length} columns; the index goes from 0 to {first.Length - 1}, or from -1, the last, to -{first.Length}");
        }
        if (options.Header == false)
            throw new VsmlException($"{name}: label column '{CsvText.Shorten(label)}' is a name, but the file is said to have no header; give its index from 0");
        var named = Array.IndexOf(first, label);
        if (named < 0)
            throw new VsmlException($"{name}: line 1 names no column '{CsvText.Shorten(label)}'; it has {string.Join(", ", first.Take(NamesShown).Select(CsvText.Shorten))}{(first.Length > NamesShown ? ", …" : "")}");
        if (Array.IndexOf(first, label, named + 1) >= 0)
            throw new VsmlException($"{name}: line 1 names two columns '{CsvText.Shorten(label)}'; give the label's index from 0");
        return named;
    }

    private static int? Index(string label) =>
        int.TryParse(label, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index) ? index : null;

    private static bool IsLabelName(string text) => LabelNames.Contains(text, StringComparer.OrdinalIgnoreCase);

    // 0, 1, 2, ... or 1, 2, 3, ...: what programs write that have no names for columns.
    private static bool CountsUp(string[] fields) =>
        fields.Length > 1 && fields[0] is "0" or "1"
        && fields.Select((text, i) => text == (i + (fields[0] == "0" ? 0 : 1)).ToString(CultureInfo.InvariantCulture)).All(fits => fits);
}
