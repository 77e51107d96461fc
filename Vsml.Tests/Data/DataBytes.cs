using System.Buffers.Binary;
using System.IO.Compression;

namespace Vsml.Tests.Data;

/// <summary>Makes the bytes of small data files, right or wrong.</summary>
internal static class DataBytes
{
    public static byte[] Idx(byte type, int[] shape, byte[] values)
    {
        var bytes = new byte[4 + 4 * shape.Length + values.Length];
        bytes[2] = type;
        bytes[3] = (byte)shape.Length;
        for (var d = 0; d < shape.Length; d++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * d), shape[d]);
        values.CopyTo(bytes.AsSpan(4 + 4 * shape.Length));
        return bytes;
    }

    public static byte[] Gzip(byte[] content)
    {
        var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return target.ToArray();
    }

    public static byte[] Counting(int count) => Enumerable.Range(0, count).Select(i => (byte)i).ToArray();
}
