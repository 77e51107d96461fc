using System;
using System.Text;

namespace Vsml.Generators.Emission;

/// <summary>Writes C# text: indentation by four spaces, blocks in braces, LF line ends.</summary>
public sealed class SourceWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>Writes text as one line, or as several if it holds line ends; each is indented, empty ones are left bare.</summary>
    /// <param name="text">The text, without the last line end.</param>
    public void Line(string text)
    {
        var start = 0;
        while (true)
        {
            var end = text.IndexOf('\n', start);
            var stop = end < 0 ? text.Length : end;
            if (stop > start && text[stop - 1] == '\r') stop--;
            if (stop > start) _text.Append(' ', 4 * _depth).Append(text, start, stop - start);
            _text.Append('\n');
            if (end < 0) return;
            start = end + 1;
        }
    }

    /// <summary>Writes an interpolated text, its numbers as C# literals.</summary>
    /// <param name="text">The text, without the last line end.</param>
    public void Line(CodeText text) => Line(text.ToString());

    /// <summary>Writes an empty line.</summary>
    public void Line() => _text.Append('\n');

    /// <summary>Opens a block: the header line, a brace, and at the end of the <c>using</c> <c>}</c>.</summary>
    /// <param name="header">What stands before the brace; empty for a bare block.</param>
    /// <param name="open">What opens the block.</param>
    /// <param name="close">What closes the block.</param>
    public Scope Block(string header, string open = "{", string close = "}")
    {
        if (header.Length > 0) Line(header);
        Line(open);
        _depth++;
        return new Scope(this, close);
    }

    /// <summary>Opens a block with an interpolated header.</summary>
    /// <param name="header">What stands before the brace.</param>
    /// <param name="close">What closes the block.</param>
    public Scope Block(CodeText header, string close = "}") => Block(header.ToString(), close: close);

    /// <summary>Opens the body of a method whose arithmetic wraps, also in a project that checks for overflow.</summary>
    public Scope Body()
    {
        Line("{");
        _depth++;
        Line("unchecked");
        Line("{");
        _depth++;
        return new Scope(this, "}", levels: 2);
    }

    /// <summary>Writes a method with such a body.</summary>
    /// <param name="head">What stands before the body.</param>
    /// <param name="body">Its statements.</param>
    public void Method(string head, string body)
    {
        Line(head);
        using (Body()) Line(body);
    }

    /// <summary>Indents what is written within the <c>using</c>, without braces.</summary>
    public Scope Indent()
    {
        _depth++;
        return new Scope(this, null);
    }

    /// <summary>Everything written so far.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>An open block or indentation.</summary>
    public readonly struct Scope : IDisposable
    {
        private readonly SourceWriter _writer;
        private readonly string? _close;
        private readonly int _levels;

        internal Scope(SourceWriter writer, string? close, int levels = 1) => (_writer, _close, _levels) = (writer, close, levels);

        /// <summary>Ends it.</summary>
        public void Dispose()
        {
            for (var level = 0; level < _levels; level++)
            {
                _writer._depth--;
                if (_close is not null) _writer.Line(_close);
            }
        }
    }
}
