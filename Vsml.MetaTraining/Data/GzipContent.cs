using System.IO.Compression;
using System.Security.Cryptography;

namespace Vsml.Data;

/// <summary>
/// The content of a gzip file of one or several members. The runtime's stream checks each member's checksum and length, but takes a
/// file that is cut off for one that ends there. So a last member of random content is put behind the file: it comes out whole only
/// if the file ended with a whole member.
/// </summary>
internal sealed class GzipContent : ForwardStream
{
    private const int MarkLength = 16;

    private readonly byte[] _mark = RandomNumberGenerator.GetBytes(MarkLength);
    private readonly Joined _joined;
    private readonly GZipStream _inflated;

    // The last bytes are held back, since they may be the mark.
    private readonly byte[] _buffer = new byte[(1 << 16) + MarkLength];
    private int _position;
    private int _filled;

    /// <summary>Opens the content.</summary>
    /// <param name="file">The file at its beginning; stays open.</param>
    public GzipContent(Stream file)
    {
        var marked = new MemoryStream();
        using (var gzip = new GZipStream(marked, CompressionLevel.NoCompression, leaveOpen: true)) gzip.Write(_mark);
        marked.Position = 0;
        _joined = new Joined(file, marked);
        _inflated = new GZipStream(_joined, CompressionMode.Decompress);
    }

    /// <summary>If the file was read to its end, unpacks what is left of it, to see whether it is whole.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public void CheckEnd()
    {
        var ignored = new byte[1 << 14];
        while (_joined.IsFirstRead && Read(ignored) > 0) { }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The file is damaged, cut off, or goes on after its last member.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_filled - _position <= MarkLength) Fill();
        var count = Math.Min(buffer.Length, _filled - _position - MarkLength);
        _buffer.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _inflated.Dispose();
        base.Dispose(disposing);
    }

    private void Fill()
    {
        var held = _buffer.AsSpan(_position, _filled - _position);
        held.CopyTo(_buffer);
        (_position, _filled) = (0, held.Length);
        try
        {
            _filled += _inflated.ReadAtLeast(_buffer.AsSpan(_filled), MarkLength + 1 - _filled, throwOnEndOfStream: false);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(e);
        }
        if (_filled <= MarkLength && !_buffer.AsSpan(0, _filled).SequenceEqual(_mark)) throw Damaged(null);
    }

    // The mark stands where the rest of a member should be, so the runtime's own words about what is wrong can mislead.
    private static InvalidDataException Damaged(Exception? cause) => new("it is cut off, changed, or followed by something else", cause);

    private sealed class Joined(Stream first, Stream second) : ForwardStream
    {
        public bool IsFirstRead { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            if (first.Read(buffer) is > 0 and var count) return count;
            IsFirstRead = true;
            return second.Read(buffer);
        }
    }
}
