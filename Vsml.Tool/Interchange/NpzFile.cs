using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Vsml.Files;

namespace Vsml.Tool.Interchange;

/// <summary>Arrays as NumPy's <c>savez</c> writes them: a ZIP archive with a .npy file for each, whose header is a Python dictionary.</summary>
internal static partial class NpzFile
{
    private const int LongestHeader = 1 << 16, Alignment = 64, MostDimensions = 8;
    private const long MostBytes = 1L << 28;
    private static readonly DateTimeOffset s_noTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // \x93NUMPY; as text its first character would be two bytes.
    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Whether a file begins as a ZIP archive does.</summary>
    public static bool IsNpz(string path)
    {
        Span<byte> start = stackalloc byte[4];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual("PK\u0003\u0004"u8);
    }

    /// <summary>Reads all arrays of floating-point numbers.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VsmlException">It is no such archive, or holds an array of another kind.</exception>
    public static IReadOnlyList<Tensor> Read(string path)
    {
        try
        {
            using var archive = ZipFile.OpenRead(path);
            var left = MostBytes;
            return [.. archive.Entries.Select(entry => ReadArray(path, entry, ref left))];
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new VsmlException($"{path}: cannot be read as an .npz archive: {exception.Message}", exception);
        }
    }

    /// <summary>Writes arrays of single precision.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="tensors">The arrays.</param>
    public static void Write(Stream stream, IEnumerable<Tensor> tensors)
    {
        Span<byte> number = stackalloc byte[sizeof(float)];
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var tensor in tensors)
        {
            var entry = archive.CreateEntry(tensor.Name + ".npy", CompressionLevel.NoCompression);
            // So that the same theta is the same file.
            entry.LastWriteTime = s_noTime;
            using var content = entry.Open();
            content.Write(Header(tensor.Shape));
            foreach (var value in tensor.ToSingles())
            {
                BinaryPrimitives.WriteSingleLittleEndian(number, value);
                content.Write(number);
            }
        }
    }

    private static byte[] Header(IReadOnlyList<int> shape)
    {
        var dimensions = string.Concat(shape.Select(length => string.Create(CultureInfo.InvariantCulture, $"{length}, ")));
        var text = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({dimensions}), }}";
        // Magic, version 1.0 and the header's length come before; all together end with a newline at a multiple of 64.
        var before = Magic.Length + 4;
        var length = (before + text.Length + 1 + Alignment - 1) / Alignment * Alignment - before;
        var header = new byte[before + length];
        Magic.CopyTo(header);
        header[Magic.Length] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(Magic.Length + 2), (ushort)length);
        Encoding.ASCII.GetBytes(text.PadRight(length - 1) + '\n', header.AsSpan(before));
        return header;
    }

    private static Tensor ReadArray(string path, ZipArchiveEntry entry, ref long left)
    {
        var name = entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : throw new VsmlException($"{path}: '{entry.FullName}' is no .npy array.");
        using var content = entry.Open();
        var header = ReadHeader(content) ?? throw new VsmlException($"{path}: the header of '{name}' is none of NumPy's.");
        var parsed = HeaderText().Match(header);
        if (!parsed.Success) throw new VsmlException($"{path}: '{name}' has a header that is not understood: {header.Trim()}");
        var (type, isFortran) = (parsed.Groups["type"].Value, parsed.Groups["order"].Value == "True");
        var size = type switch { "<f4" => 4, "<f8" => 8, _ => throw new VsmlException($"{path}: '{name}' is of NumPy's type {type}; save it as float32 or float64.") };
        int[] shape = [.. Number().Matches(parsed.Groups["shape"].Value).Select(number => int.TryParse(number.Value, CultureInfo.InvariantCulture, out var length) ? length : int.MaxValue)];
        if (isFortran && shape.Length > 2) throw new VsmlException($"{path}: '{name}' lies in Fortran order; save numpy.ascontiguousarray of it.");
        var count = shape.Aggregate(1L, (product, length) => Math.Min(product * length, MostBytes));
        left -= count * size;
        if (shape.Length > MostDimensions || left < 0) throw new VsmlException($"{path}: '{name}' is too large; all arrays together may have {MostBytes >> 20} MiB.");
        var bytes = new byte[count * size];
        if (content.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length || content.ReadByte() >= 0)
            throw new VsmlException($"{path}: '{name}' does not hold the {count} numbers that its header tells of.");
        var values = size == 4 ? MemoryMarshal.Cast<byte, float>(bytes).ToArray() : Array.ConvertAll(MemoryMarshal.Cast<byte, double>(bytes).ToArray(), value => (float)value);
        return Tensor.Of(name, shape, isFortran && shape.Length == 2 ? Transposed(values, shape[0], shape[1]) : values);
    }

    private static string? ReadHeader(Stream content)
    {
        Span<byte> start = stackalloc byte[Magic.Length + 2];
        if (content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start[..Magic.Length].SequenceEqual(Magic)) return null;
        // Version 1 counts its header in two bytes, later ones in four.
        Span<byte> counter = stackalloc byte[start[Magic.Length] == 1 ? 2 : 4];
        if (content.ReadAtLeast(counter, counter.Length, throwOnEndOfStream: false) < counter.Length) return null;
        var length = counter.Length == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(counter) : BinaryPrimitives.ReadUInt32LittleEndian(counter);
        if (length > LongestHeader) return null;
        var text = new byte[length];
        return content.ReadAtLeast(text, text.Length, throwOnEndOfStream: false) < text.Length ? null : Encoding.UTF8.GetString(text);
    }

    // Columns lie one after the other.
    private static float[] Transposed(float[] values, int rows, int columns)
    {
        var transposed = new float[values.Length];
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++) transposed[r * columns + c] = values[c * rows + r];
        return transposed;
    }

    [GeneratedRegex(@"^\{'descr': '(?<type>[^']*)', 'fortran_order': (?<order>True|False), 'shape': \((?<shape>[\d, ]*)\),? *\}\s*$")]
    private static partial Regex HeaderText();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
