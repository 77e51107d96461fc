using System.Buffers;
using System.Globalization;
using System.Text.Unicode;

namespace Vsml.Data;

/// <summary>
/// The labels of a CSV file's lines as they come, made into classes at the end. Labels that are numbers are compared and sorted as
/// numbers (1 and 1.0 are one class) and stand before text, which is sorted by its characters.
/// </summary>
internal sealed class CsvLabels
{
    private const int MostClasses = 4096;

    // From here on a file with more classes than half its lines is taken for one whose label is a key or a measurement.
    private const int FewLines = 10;

    // Fractions may be classes (ratings), but not many.
    private const int MostFractions = 10;

    private readonly Dictionary<string, int> _spellings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _bySpelling;
    private readonly Dictionary<decimal, int> _numbers = [];
    private readonly List<(string Name, decimal? Number, int Count)> _classes = [];
    private readonly List<int> _labels = [];
    private readonly char[] _text = new char[CsvReader.LongestField];

    public CsvLabels() => _bySpelling = _spellings.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Number of lines.</summary>
    public int Count => _labels.Count;

    /// <summary>Whether the first line's label stands in another line too.</summary>
    public bool FirstRecurs => _classes[_labels[0]].Count > 1;

    /// <summary>Whether the labels of all lines but the first are numbers, given that none of them is the first line's.</summary>
    public bool OthersAreNumbers => _classes.Where((_, label) => label != _labels[0]).All(other => other.Number is not null);

    /// <summary>Adds the label of the reader's row.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="column">The label's column, from 0.</param>
    /// <exception cref="VsmlException">The label is missing, is not UTF-8, or there are too many different ones.</exception>
    public void Add(CsvReader reader, int column)
    {
        if (Utf8.ToUtf16(reader.Field(column), _text, out _, out var length, replaceInvalidSequences: false) != OperationStatus.Done)
            throw new VsmlException($"{reader.Place(column)} is not UTF-8 text");
        var text = _text.AsSpan(0, length);
        if (!_bySpelling.TryGetValue(text, out var label))
        {
            label = ClassOf(text.ToString(), reader, column);
            _bySpelling[text] = label;
        }
        _classes[label] = _classes[label] with { Count = _classes[label].Count + 1 };
        _labels.Add(label);
    }

    /// <summary>Numbers the classes of all lines but the first ones.</summary>
    /// <param name="skipped">How many lines are left out at the beginning: 1 if the first turned out to be a header.</param>
    /// <param name="name">Name of the file, for messages.</param>
    /// <exception cref="VsmlException">The column holds something else than classes.</exception>
    public (int[] Labels, string[] ClassNames) Take(int skipped, string name)
    {
        for (var i = 0; i < skipped; i++) _classes[_labels[i]] = _classes[_labels[i]] with { Count = _classes[_labels[i]].Count - 1 };
        var order = Enumerable.Range(0, _classes.Count).Where(c => _classes[c].Count > 0)
            .OrderBy(c => _classes[c].Number is null).ThenBy(c => _classes[c].Number).ThenBy(c => _classes[c].Name, StringComparer.Ordinal).ToArray();
        Check(order, Count - skipped, name);
        var number = new int[_classes.Count];
        for (var c = 0; c < order.Length; c++) number[order[c]] = c;
        var labels = new int[Count - skipped];
        for (var i = 0; i < labels.Length; i++) labels[i] = number[_labels[i + skipped]];
        return (labels, Array.ConvertAll(order, c => _classes[c].Name));
    }

    private int ClassOf(string text, CsvReader reader, int column)
    {
        if (CsvText.IsMissing(text) || (double.TryParse(text, CultureInfo.InvariantCulture, out var real) && !double.IsFinite(real)))
            throw new VsmlException($"{reader.Place(column)}: the label is missing ('{text}'); give the line a label or remove it");
        decimal? number = decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
        if (number is { } known && _numbers.TryGetValue(known, out var label)) return label;
        if (_classes.Count == MostClasses)
            throw new VsmlException($"{reader.Place(column)}: these are more than {MostClasses} different labels, so the column holds no classes; choose another with --label");
        // G29 writes no zeros after the last digit.
        _classes.Add((number?.ToString("G29", CultureInfo.InvariantCulture) ?? text, number, 0));
        if (number is { } added) _numbers[added] = _classes.Count - 1;
        return _classes.Count - 1;
    }

    private void Check(int[] order, int lines, string name)
    {
        if (order.Length == 1)
            throw new VsmlException($"{name}: all {lines} lines have the label '{_classes[order[0]].Name}', so there is nothing to tell apart; choose another column with --label");
        var fractions = order.Any(c => _classes[c].Number is { } number && number != decimal.Truncate(number));
        var half = 2L * order.Length > lines;
        if (fractions ? half || (order.Length > MostFractions && 10L * order.Length > lines) : half && lines >= FewLines)
            throw new VsmlException($"{name}: the label column has {order.Length} different values in {lines} lines, such as '{_classes[order[0]].Name}' and '{_classes[order[1]].Name}'; this is a measurement or a key, not a class: choose another column with --label");
    }
}
