namespace Vsml.Data;

/// <summary>
/// Reads labelled data from CSV files, plain or gzipped: one example a line, one column of labels (numbers or text), all others
/// numbers. Rows whose number of features is a square become square images, others images of one row. Messages count lines and
/// columns from 1.
/// </summary>
public static class CsvFile
{
    /// <summary>The most lines that are read.</summary>
    public const int MostLines = 1 << 24;

    /// <summary>The most numbers that are read: lines times columns without the label.</summary>
    public const int MostNumbers = 1 << 28;

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
        using var unpacked = DataFile.Unpack(stream);
        try
        {
            return ReadRows(unpacked ?? stream, name, options);
        }
        catch (VsmlException) when (unpacked is not null)
        {
            // Where a file is cut, its last line is not what is wrong with it.
            unpacked.CheckEnd();
            throw;
        }
    }

    private static ImageDataset ReadRows(Stream stream, string name, CsvOptions options)
    {
        var reader = new CsvReader(stream, name);
        if (!reader.ReadRow()) throw new VsmlException($"{name}: holds no line of data");
        if (reader.Columns < 2) throw new VsmlException($"{name}: line {reader.Line} has one column; there must be a label and at least one number, separated by commas");
        var first = Enumerable.Range(0, reader.Columns).Select(reader.Text).ToArray();
        var header = new CsvHeader(first, name, options);
        var isHeader = header.Guess();
        var rows = new CsvRows(name, first.Length, header.LabelColumn, isHeader == true ? first : null);
        if (isHeader == true) header.CheckLabel();
        else rows.Add(reader);
        while (reader.ReadRow()) rows.Add(reader);

        var isLateHeader = false;
        if (isHeader is null && !rows.Labels.FirstRecurs)
        {
            isLateHeader = header.NamesLabel || rows.Labels.OthersAreNumbers;
            if (!isLateHeader) throw header.Unsure($"has the label '{CsvText.Shorten(first[header.LabelColumn])}', which no other line has");
        }
        return rows.Take(isLateHeader ? 1 : 0);
    }
}
