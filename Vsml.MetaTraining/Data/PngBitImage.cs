using System.Buffers.Binary;
using System.IO.Compression;

namespace Vsml.Data;

/// <summary>Decodes PNG images of one bit a pixel in grey, not interlaced: the kind that Omniglot consists of.</summary>
internal static class PngBitImage
{
    private static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>Decodes an image of known size.</summary>
    /// <param name="png">The file.</param>
    /// <param name="width">Columns that it must have.</param>
    /// <param name="height">Rows that it must have.</param>
    /// <param name="name">Its name in messages.</param>
    /// <param name="pixels">Gets 1 for white and 0 for black [height, width].</param>
    /// <exception cref="VsmlException">The file is damaged or of another kind.</exception>
    public static void Decode(ReadOnlySpan<byte> png, int width, int height, string name, Span<float> pixels)
    {
        if (!png.StartsWith(Signature)) throw new VsmlException($"{name}: is not a PNG image");
        using var data = new MemoryStream();
        var headerSeen = false;
        for (var rest = png[Signature.Length..]; ;)
        {
            if (rest.Length < 12) throw new VsmlException($"{name}: ends within a PNG chunk");
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - 12) throw new VsmlException($"{name}: a PNG chunk promises {length} bytes, but {rest.Length - 12} are left");
            var kind = rest.Slice(4, 4);
            var content = rest.Slice(8, (int)length);
            if (kind.SequenceEqual("IHDR"u8))
            {
                CheckHeader(content, width, height, name);
                headerSeen = true;
            }
            else if (kind.SequenceEqual("IDAT"u8)) data.Write(content);
            else if (kind.SequenceEqual("IEND"u8)) break;
            rest = rest[(12 + (int)length)..];
        }
        if (!headerSeen) throw new VsmlException($"{name}: has no PNG header");
        data.Position = 0;
        Unpack(data, width, height, name, pixels);
    }

    private static void CheckHeader(ReadOnlySpan<byte> header, int width, int height, string name)
    {
        if (header.Length != 13) throw new VsmlException($"{name}: the PNG header has {header.Length} bytes instead of 13");
        var (w, h) = (BinaryPrimitives.ReadUInt32BigEndian(header), BinaryPrimitives.ReadUInt32BigEndian(header[4..]));
        if (w != width || h != height) throw new VsmlException($"{name}: is {w}x{h} pixels instead of {width}x{height}");
        if (header[8] != 1 || header[9] != 0 || header[10] != 0 || header[11] != 0 || header[12] != 0)
            throw new VsmlException($"{name}: bit depth {header[8]}, colour type {header[9]}, interlacing {header[12]} is not supported; it must be 1-bit grey");
    }

    private static void Unpack(Stream data, int width, int height, string name, Span<float> pixels)
    {
        var rowBytes = (width + 7) / 8;
        var row = new byte[rowBytes];
        var above = new byte[rowBytes];
        using var inflated = new ZLibStream(data, CompressionMode.Decompress);
        for (var y = 0; y < height; y++)
        {
            var filter = inflated.ReadByte();
            if (filter < 0 || inflated.ReadAtLeast(row, rowBytes, throwOnEndOfStream: false) < rowBytes)
                throw new VsmlException($"{name}: ends within row {y + 1}");
            if (filter > 4) throw new VsmlException($"{name}: row {y + 1} has the unknown filter {filter}");
            for (var i = 0; i < rowBytes; i++)
            {
                int left = i > 0 ? row[i - 1] : 0, up = above[i], upLeft = i > 0 ? above[i - 1] : 0;
                row[i] += (byte)(filter switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, upLeft), _ => 0 });
            }
            for (var x = 0; x < width; x++) pixels[y * width + x] = row[x / 8] >> (7 - x % 8) & 1;
            (row, above) = (above, row);
        }
    }

    private static int Paeth(int left, int up, int upLeft)
    {
        var estimate = left + up - upLeft;
        int a = Math.Abs(estimate - left), b = Math.Abs(estimate - up), c = Math.Abs(estimate - upLeft);
        return a <= b && a <= c ? left : b <= c ? up : upLeft;
    }
}
