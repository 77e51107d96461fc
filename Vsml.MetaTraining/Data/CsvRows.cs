using System.Globalization;
using System.Text;

namespace Vsml.Data;

/// <summary>The rows of a CSV file as they come: numbers and labels, no text is kept.</summary>
/// <param name="name">Name of the file, for messages and of the data set.</param>
/// <param name="columns">Fields of every row.</param>
/// <param name="labelColumn">The label's column, from 0.</param>
/// <param name="names">Names of the columns, for messages; null if there are none.</param>
internal sealed class CsvRows(string name, int columns, int labelColumn, string[]? names)
{
    private readonly FloatChunks _numbers = new();
    private long _count;

    /// <summary>The rows' labels.</summary>
    public CsvLabels Labels { get; } = new();

    /// <summary>Adds the reader's row.</summary>
    /// <param name="reader">The reader.</param>
    /// <exception cref="VsmlException">The row does not fit, or there are too many.</exception>
    public void Add(CsvReader reader)
    {
        if (reader.Columns != columns) throw new VsmlException($"{name}: line {reader.Line} has {reader.Columns} columns, but line 1 has {columns}");
        if (Labels.Count == CsvFile.MostLines) throw new VsmlException($"{name}: line {reader.Line}: a CSV file may have at most {CsvFile.MostLines} lines");
        _count += columns - 1;
        if (_count > CsvFile.MostNumbers) throw new VsmlException($"{name}: line {reader.Line}: a CSV file may have at most {CsvFile.MostNumbers} numbers (lines times columns)");
        for (var column = 0; column < columns; column++)
        {
            if (column == labelColumn) continue;
            if (!float.TryParse(reader.Field(column), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !float.IsFinite(value)) throw NoNumber(reader, column);
            _numbers.Add(value);
        }
        Labels.Add(reader, labelColumn);
    }

    /// <summary>The data set of all rows but the first ones. Ends the collection.</summary>
    /// <param name="skipped">How many rows are left out at the beginning.</param>
    /// <exception cref="VsmlException">There is no row left, or the label column holds no classes.</exception>
    public ImageDataset Take(int skipped)
    {
        if (Labels.Count == skipped) throw new VsmlException($"{name}: holds a header but no line of data");
        var (labels, classNames) = Labels.Take(skipped, name);
        var features = columns - 1;
        var side = (int)Math.Sqrt(features);
        var (height, width) = side * side == features ? (side, side) : (1, features);
        return new ImageDataset(name, _numbers.TakeAll(skipped * features), labels, height, width, 1, classNames) { UsualStandardisation = Standardisation.Columns };
    }

    private VsmlException NoNumber(CsvReader reader, int column)
    {
        var place = reader.Place(column) + (names is null ? "" : $" ('{CsvText.Shorten(names[column])}')");
        // Whatever the bytes are, the message must be text.
        var text = CsvText.Shorten(Encoding.UTF8.GetString(reader.Field(column)));
        return new VsmlException(CsvText.IsMissing(text)
            ? $"{place}: the value is missing ('{text}'); fill it in, or remove the line"
            : $"{place}: '{text}' is not a finite number; if this column holds the labels, say --label {column}");
    }
}
