using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Vsml.Data;

/// <summary>A numeric array of a MATLAB file, columns first.</summary>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Values">A byte[] or a double[].</param>
internal sealed record MatlabArray(int[] Shape, Array Values)
{
    /// <summary>One value.</summary>
    public double At(int index) => Values is byte[] bytes ? bytes[index] : ((double[])Values)[index];
}

/// <summary>
/// Reads the real numeric arrays of MATLAB files of level 5, little-endian, compressed or not: a header of 128 bytes, then elements of a
/// tag (type and bytes) and data that fill up to 8 bytes. Every length is checked against what is there before memory is taken.
/// </summary>
internal static class MatlabFile
{
    private const int Header = 128, Matrix = 14, Compressed = 15, MostBytes = 1 << 30;

    /// <summary>Whether bytes are the beginning of such a file.</summary>
    public static bool IsOne(ReadOnlySpan<byte> start) => start.StartsWith("MATLAB 5.0 MAT-file"u8);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The arrays by their names; other variables are left out.</returns>
    /// <exception cref="VsmlException">It cannot be read, is damaged, or is no such file.</exception>
    public static IReadOnlyDictionary<string, MatlabArray> Read(string path) => DataFile.Read(path, (stream, name) =>
    {
        if (stream.Length > MostBytes) throw new VsmlException($"{name}: is larger than {MostBytes >> 20} MiB");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        if (bytes.Length < Header || !IsOne(bytes)) throw new VsmlException($"{name}: is no MATLAB file of level 5");
        if (bytes[126] != 'I' || bytes[127] != 'M') throw new VsmlException($"{name}: is not little-endian, which this reader needs");
        var arrays = new Dictionary<string, MatlabArray>(StringComparer.Ordinal);
        ReadOnlyMemory<byte> rest = bytes.AsMemory(Header);
        while (rest.Length > 0)
        {
            var (type, data) = Next(ref rest, name);
            if (type == Compressed)
            {
                ReadOnlyMemory<byte> unpacked = Unpack(data, name);
                (type, data) = Next(ref unpacked, name);
            }
            if (type == Matrix && Array(data, name) is var (variable, array)) arrays[variable] = array;
        }
        return (IReadOnlyDictionary<string, MatlabArray>)arrays;
    });

    private static (int Type, ReadOnlyMemory<byte> Data) Next(ref ReadOnlyMemory<byte> rest, string name)
    {
        if (rest.Length < 8) throw Damaged(name);
        var tag = rest.Span;
        var (type, length) = (BinaryPrimitives.ReadInt32LittleEndian(tag), BinaryPrimitives.ReadInt32LittleEndian(tag[4..]));
        // A small element has its length in the upper half of the type, and its data in the place of the length.
        if (type >> 16 is > 0 and <= 4 and var small)
        {
            var inside = rest.Slice(4, small);
            rest = rest[8..];
            return (type & 0xffff, inside);
        }
        if (length < 0 || length > rest.Length - 8) throw Damaged(name);
        var data = rest.Slice(8, length);
        // What is compressed is not filled up.
        var filled = type == Compressed ? length : (int)Math.Min(((long)length + 7) / 8 * 8, rest.Length - 8);
        rest = rest[(8 + filled)..];
        return (type, data);
    }

    private static Memory<byte> Unpack(ReadOnlyMemory<byte> data, string name)
    {
        using var packed = new ZLibStream(new MemoryStream(data.ToArray()), CompressionMode.Decompress);
        using var content = new MemoryStream();
        var piece = new byte[1 << 16];
        for (int read; (read = packed.Read(piece)) > 0;)
        {
            content.Write(piece, 0, read);
            if (content.Length > MostBytes) throw new VsmlException($"{name}: a variable is larger than {MostBytes >> 20} MiB");
        }
        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }

    private static (string Name, MatlabArray Array)? Array(ReadOnlyMemory<byte> matrix, string name)
    {
        var flags = Next(ref matrix, name).Data;
        if (flags.Length < 8) throw Damaged(name);
        // Classes 6 to 15 are numbers; a complex array has a second part.
        var (kind, isComplex) = (flags.Span[0], (flags.Span[1] & 8) != 0);
        var dimensions = Next(ref matrix, name).Data;
        var variable = Encoding.ASCII.GetString(Next(ref matrix, name).Data.Span);
        if (kind is < 6 or > 15 || isComplex) return null;
        var shape = new int[dimensions.Length / 4];
        var count = 1L;
        for (var d = 0; d < shape.Length; d++)
        {
            shape[d] = BinaryPrimitives.ReadInt32LittleEndian(dimensions.Span[(4 * d)..]);
            if (shape[d] < 0 || (count *= shape[d]) > MostBytes) throw Damaged(name);
        }
        var (type, data) = Next(ref matrix, name);
        return (variable, new MatlabArray(shape, Values(type, data.Span, (int)count, $"{name}: {variable}")));
    }

    private static Array Values(int type, ReadOnlySpan<byte> data, int count, string name)
    {
        var size = type switch { 1 or 2 => 1, 3 or 4 => 2, 5 or 6 or 7 => 4, 9 or 12 or 13 => 8, _ => throw new VsmlException($"{name}: has numbers of type {type}, which this reader does not know") };
        if ((long)count * size != data.Length) throw new VsmlException($"{name}: has {data.Length} bytes for {count} numbers of {size} bytes");
        if (type == 2) return data.ToArray();
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            var at = data[(i * size)..];
            values[i] = type switch
            {
                1 => (sbyte)at[0],
                3 => BinaryPrimitives.ReadInt16LittleEndian(at),
                4 => BinaryPrimitives.ReadUInt16LittleEndian(at),
                5 => BinaryPrimitives.ReadInt32LittleEndian(at),
                6 => BinaryPrimitives.ReadUInt32LittleEndian(at),
                7 => BinaryPrimitives.ReadSingleLittleEndian(at),
                9 => BinaryPrimitives.ReadDoubleLittleEndian(at),
                12 => BinaryPrimitives.ReadInt64LittleEndian(at),
                _ => BinaryPrimitives.ReadUInt64LittleEndian(at),
            };
        }
        return values;
    }

    private static VsmlException Damaged(string name) => new($"{name}: is damaged or cut off");
}
