using System.Text;

namespace Vsml.Data;

/// <summary>
/// Splits CSV text (RFC 4180: commas, quotes doubled inside quotes, any line end) into rows of fields. Bounded in every
/// direction, so that a small compressed file cannot fill memory.
/// </summary>
internal sealed class CsvReader(Stream content, string name)
{
    /// <summary>The most bytes of text that are read, after decompression.</summary>
    public const long MostBytes = 1L << 30;

    /// <summary>The most fields in a row.</summary>
    public const int MostColumns = 1 << 20;

    private const int LongestField = 1024;

    private readonly byte[] _bytes = new byte[1 << 16];
    private readonly StringBuilder _field = new();
    private int _position;
    private int _filled;
    private long _read;

    /// <summary>Number of the line that the last row began on, from 1.</summary>
    public int Line { get; private set; }

    private int _nextLine = 1;

    /// <summary>Reads the next row that is not empty.</summary>
    /// <param name="fields">Gets the row's fields.</param>
    /// <returns>False at the end.</returns>
    /// <exception cref="VsmlException">The text is no CSV, or beyond the bounds.</exception>
    public bool ReadRow(List<string> fields)
    {
        while (true)
        {
            fields.Clear();
            Line = _nextLine;
            if (!ReadFields(fields)) return false;
            if (fields.Count > 1 || fields[0].Length > 0) return true;
        }
    }

    private bool ReadFields(List<string> fields)
    {
        var next = Next();
        if (next < 0) return false;
        if (Line == 1 && next == 0xEF) next = SkipByteOrderMark();
        while (true)
        {
            _field.Clear();
            while (next is ' ' or '\t') next = Next();
            if (next == '"') next = ReadQuoted(fields.Count);
            else
                for (; next >= 0 && next is not (',' or '\n' or '\r'); next = Next())
                    Append((byte)next, fields.Count);

            if (fields.Count == MostColumns) throw new VsmlException($"{name}: line {Line} has more than {MostColumns} columns");
            fields.Add(Decode(fields.Count));
            if (next == ',')
            {
                next = Next();
                continue;
            }
            if (next == '\r')
            {
                if (Peek() == '\n') Next();
                else _nextLine++;
            }
            return true;
        }
    }

    private int ReadQuoted(int column)
    {
        while (true)
        {
            var next = Next();
            if (next < 0) throw new VsmlException($"{name}: line {Line}, column {column}: the quote is never closed");
            if (next == '"')
            {
                next = Next();
                if (next != '"')
                {
                    while (next is ' ' or '\t') next = Next();
                    if (next >= 0 && next is not (',' or '\n' or '\r'))
                        throw new VsmlException($"{name}: line {Line}, column {column}: text follows after the closing quote");
                    return next;
                }
            }
            Append((byte)next, column);
        }
    }

    private int SkipByteOrderMark()
    {
        if (Next() != 0xBB || Next() != 0xBF) throw new VsmlException($"{name}: line 1 is not UTF-8 text");
        return Next();
    }

    // Bytes stand in the builder as characters until the field is complete.
    private void Append(byte value, int column)
    {
        if (value == 0) throw new VsmlException($"{name}: line {Line}, column {column} holds a zero byte; this is no text");
        if (_field.Length == LongestField)
            throw new VsmlException($"{name}: line {Line}, column {column} is longer than {LongestField} bytes");
        _field.Append((char)value);
    }

    private string Decode(int column)
    {
        var ascii = true;
        var last = _field.Length;
        while (last > 0 && _field[last - 1] is ' ' or '\t') last--;
        _field.Length = last;
        for (var i = 0; i < _field.Length; i++) ascii &= _field[i] < 128;
        if (ascii) return _field.ToString();
        var bytes = new byte[_field.Length];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)_field[i];
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new VsmlException($"{name}: line {Line}, column {column} is not UTF-8 text", e);
        }
    }

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private int Peek() => _position < _filled || Fill() ? _bytes[_position] : -1;

    private int Next()
    {
        if (_position == _filled && !Fill()) return -1;
        var next = _bytes[_position++];
        if (next == '\n') _nextLine++;
        return next;
    }

    private bool Fill()
    {
        _position = 0;
        _filled = content.Read(_bytes);
        _read += _filled;
        if (_read > MostBytes) throw new VsmlException($"{name}: holds more than {MostBytes >> 20} MiB of text");
        return _filled > 0;
    }
}
