using System.Buffers;
using System.Text;

namespace Vsml.Data;

/// <summary>
/// Splits CSV text (RFC 4180: commas, quotes doubled inside quotes, any line end) into rows of fields. One row is in memory at a time,
/// and everything is bounded, so that a small compressed file cannot fill memory.
/// </summary>
internal sealed class CsvReader(Stream content, string name)
{
    /// <summary>The most bytes of text that are read, after decompression.</summary>
    public const long MostBytes = 1L << 30;

    /// <summary>The most fields of a row.</summary>
    public const int MostColumns = 1 << 20;

    /// <summary>The most bytes of a field.</summary>
    public const int LongestField = 1024;

    private const int LongestRow = 1 << 25;

    private static readonly SearchValues<byte> Special = SearchValues.Create(",\n\r\0"u8);
    private static readonly SearchValues<byte> SpecialInQuotes = SearchValues.Create("\"\n\r\0"u8);
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _bytes = new byte[1 << 16];
    private int _position;
    private int _filled;
    private long _read;
    private int _nextLine = 1;

    // The row's fields one after the other, each ending where _ends says.
    private byte[] _row = new byte[1 << 12];
    private int _rowLength;
    private int[] _ends = new int[64];

    /// <summary>Number of the line that the row began on, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Number of the row's fields.</summary>
    public int Columns { get; private set; }

    /// <summary>A field of the row in UTF-8, without blanks around it.</summary>
    /// <param name="column">The column, from 0.</param>
    public ReadOnlySpan<byte> Field(int column)
    {
        var start = column == 0 ? 0 : _ends[column - 1];
        return _row.AsSpan(start, _ends[column] - start);
    }

    /// <summary>A field of the row as text.</summary>
    /// <param name="column">The column, from 0.</param>
    /// <exception cref="VsmlException">It is not UTF-8.</exception>
    public string Text(int column)
    {
        try
        {
            return Utf8.GetString(Field(column));
        }
        catch (DecoderFallbackException e)
        {
            throw new VsmlException($"{Place(column)} is not UTF-8 text", e);
        }
    }

    /// <summary>Where a field of the row stands, for messages; people count from 1.</summary>
    /// <param name="column">The column, from 0.</param>
    public string Place(int column) => $"{name}: line {Line}, column {column + 1}";

    /// <summary>Reads the next row that is not empty.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="VsmlException">The text is no CSV, or beyond the bounds.</exception>
    public bool ReadRow()
    {
        while (true)
        {
            (Line, Columns, _rowLength) = (_nextLine, 0, 0);
            if (Peek() < 0) return false;
            if (Line == 1 && Peek() == 0xEF) SkipByteOrderMark();
            while (ReadField()) { }
            if (Columns > 1 || _rowLength > 0) return true;
        }
    }

    // True if the row goes on after the field.
    private bool ReadField()
    {
        if (Columns == MostColumns) throw new VsmlException($"{name}: line {Line} has more than {MostColumns} columns");
        var start = _rowLength;
        SkipBlanks();
        if (Peek() == '"') ReadQuoted(start);
        else Append(Special, start);
        EndField(start);
        switch (Peek())
        {
            case ',':
                _position++;
                return true;
            case '\r':
            case '\n':
                SkipLineEnd();
                break;
        }
        return false;
    }

    private void ReadQuoted(int start)
    {
        _position++;
        while (true)
        {
            Append(SpecialInQuotes, start);
            switch (Peek())
            {
                case < 0:
                    throw new VsmlException($"{Place(Columns)}: the quote is never closed");
                case '"':
                    _position++;
                    if (Peek() == '"') break;
                    SkipBlanks();
                    if (Peek() is >= 0 and not (',' or '\n' or '\r')) throw new VsmlException($"{Place(Columns)}: text follows after the closing quote");
                    return;
                case '\n':
                    _nextLine++;
                    break;
            }
            Append(_bytes.AsSpan(_position++, 1), start);
        }
    }

    // Copies up to the next special byte or the end.
    private void Append(SearchValues<byte> special, int start)
    {
        while (Peek() >= 0)
        {
            var rest = _bytes.AsSpan(_position, _filled - _position);
            var length = rest.IndexOfAny(special);
            if (length >= 0 && rest[length] == 0) throw new VsmlException($"{Place(Columns)} holds a zero byte; this is no text");
            var part = length < 0 ? rest : rest[..length];
            Append(part, start);
            _position += part.Length;
            if (length >= 0) return;
        }
    }

    private void Append(ReadOnlySpan<byte> part, int start)
    {
        if (_rowLength - start + part.Length > LongestField) throw new VsmlException($"{Place(Columns)} is longer than {LongestField} bytes");
        if (_rowLength + part.Length > LongestRow) throw new VsmlException($"{name}: line {Line} is longer than {LongestRow >> 20} MiB");
        if (_rowLength + part.Length > _row.Length) Array.Resize(ref _row, Math.Max(2 * _row.Length, _rowLength + part.Length));
        part.CopyTo(_row.AsSpan(_rowLength));
        _rowLength += part.Length;
    }

    private void EndField(int start)
    {
        while (_rowLength > start && _row[_rowLength - 1] is (byte)' ' or (byte)'\t') _rowLength--;
        if (Columns == _ends.Length) Array.Resize(ref _ends, 2 * _ends.Length);
        _ends[Columns++] = _rowLength;
    }

    private void SkipBlanks()
    {
        while (Peek() is ' ' or '\t') _position++;
    }

    private void SkipLineEnd()
    {
        if (_bytes[_position++] == '\r' && Peek() == '\n') _position++;
        _nextLine++;
    }

    private void SkipByteOrderMark()
    {
        foreach (var expected in Encoding.UTF8.Preamble)
        {
            if (Peek() != expected) throw new VsmlException($"{name}: line 1 is not UTF-8 text");
            _position++;
        }
    }

    private int Peek() => _position < _filled || Fill() ? _bytes[_position] : -1;

    private bool Fill()
    {
        _position = 0;
        _filled = content.Read(_bytes);
        _read += _filled;
        if (_read > MostBytes) throw new VsmlException($"{name}: holds more than {MostBytes >> 20} MiB of text, the most that is read");
        return _filled > 0;
    }
}
