using System.Globalization;

namespace Vsml.Data;

/// <summary>
/// Reads labelled data from CSV files, plain or gzipped: one example a line, one column of labels (numbers or text), all others
/// numbers. Rows whose number of features is a square become square images, others images of one row.
/// </summary>
public static class CsvFile
{
    private const int MostClasses = 4096;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; gzip is told by its content, not by its name.</param>
    /// <param name="options">Header and label column.</param>
    /// <exception cref="VsmlException">The file cannot be read, is damaged, or holds something else; the message names file, line and column.</exception>
    public static ImageDataset Read(string path, CsvOptions options = default) =>
        DataFile.Read(path, (stream, name) => ReadContent(stream, name, options));

    /// <summary>Reads an open stream.</summary>
    /// <param name="stream">A seekable stream at its beginning.</param>
    /// <param name="name">Its name in messages and of the data set.</param>
    /// <param name="options">Header and label column.</param>
    /// <exception cref="VsmlException">As for <see cref="Read(string, CsvOptions)"/>.</exception>
    public static ImageDataset Read(Stream stream, string name, CsvOptions options = default) =>
        DataFile.Guard(stream, name, (content, text) => ReadContent(content, text, options));

    private static ImageDataset ReadContent(Stream stream, string name, CsvOptions options)
    {
        var isGzip = DataFile.IsGzip(stream);
        var content = DataFile.Content(stream, isGzip);
        try
        {
            return ReadRows(new CsvReader(content, name), name, options);
        }
        finally
        {
            if (isGzip) content.Dispose();
        }
    }

    private static ImageDataset ReadRows(CsvReader reader, string name, CsvOptions options)
    {
        var row = new List<string>();
        if (!reader.ReadRow(row)) throw new VsmlException($"{name}: holds no line of data");
        var columns = row.Count;
        if (columns < 2) throw new VsmlException($"{name}: line {reader.Line} has one column; there must be a label and at least one number, separated by commas");
        var (label, header) = LabelColumn(row, name, options);
        if (header && !reader.ReadRow(row)) throw new VsmlException($"{name}: holds a header but no line of data");

        var values = new List<float>();
        var labels = new List<string>();
        do
        {
            if (row.Count != columns)
                throw new VsmlException($"{name}: line {reader.Line} has {row.Count} columns, but the first has {columns}");
            for (var c = 0; c < columns; c++)
            {
                if (c == label) continue;
                if (!TryNumber(row[c], out var value))
                    throw new VsmlException($"{name}: line {reader.Line}, column {c}: '{Shorten(row[c])}' is not a finite number");
                values.Add(value);
            }
            if (row[label].Length == 0) throw new VsmlException($"{name}: line {reader.Line}, column {label}: the label is empty");
            labels.Add(row[label]);
        }
        while (reader.ReadRow(row));

        var (classes, classNames) = Classes(labels, name, label);
        var side = (int)Math.Sqrt(columns - 1);
        var (height, width) = side * side == columns - 1 ? (side, side) : (1, columns - 1);
        return new ImageDataset(name, values.ToArray(), classes, height, width, 1, classNames) { UsualStandardisation = Standardisation.Columns };
    }

    private static (int Column, bool Header) LabelColumn(List<string> first, string name, CsvOptions options)
    {
        var label = options.Label ?? "-1";
        var named = first.IndexOf(label);
        if (int.TryParse(label, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
        {
            var column = index < 0 ? first.Count + index : index;
            if (column < 0 || column >= first.Count)
                throw new VsmlException($"{name}: label column {index} is outside the {first.Count} columns");
            return (column, options.Header ?? first.Where((text, c) => c != column && !TryNumber(text, out _)).Any());
        }
        if (options.Header == false)
            throw new VsmlException($"{name}: label column '{label}' is a name, but the file is said to have no header; give its number");
        if (named < 0)
            throw new VsmlException($"{name}: the first line names no column '{Shorten(label)}'");
        return (named, true);
    }

    // Whole numbers keep their order, other labels are sorted as text.
    private static (int[] Classes, string[] Names) Classes(List<string> labels, string name, int column)
    {
        var distinct = new HashSet<string>(StringComparer.Ordinal);
        foreach (var label in labels)
            if (distinct.Add(label) && distinct.Count > MostClasses)
                throw new VsmlException($"{name}: column {column} holds more than {MostClasses} different labels; choose another label column");
        var numeric = distinct.All(label => long.TryParse(label, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _));
        var names = numeric
            ? distinct.OrderBy(label => long.Parse(label, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)).ThenBy(label => label, StringComparer.Ordinal).ToArray()
            : distinct.Order(StringComparer.Ordinal).ToArray();
        var number = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var c = 0; c < names.Length; c++) number[names[c]] = c;
        return (labels.Select(label => number[label]).ToArray(), names);
    }

    private static bool TryNumber(string text, out float value) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value);

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
