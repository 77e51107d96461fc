using System.Globalization;
using System.Runtime.InteropServices;

namespace Vsml.Files;

/// <summary>A named array of numbers as it stands in a file: element type, shape, values in row-major order.</summary>
public sealed class Tensor
{
    private const int PieceLength = 1 << 20;
    private readonly Array _values;

    private Tensor(string name, TensorType type, IReadOnlyList<int> shape, Array values)
    {
        if (CountOf(shape.Select(extent => (long)extent)) is not { } count)
            throw new ArgumentException($"Tensor '{name}' of shape {Describe(shape)} is impossible: no extent is negative, and their product fits into 64 bits.", nameof(shape));
        if (count != values.Length)
            throw new ArgumentException($"Tensor '{name}' of shape {Describe(shape)} has {count} entries, but {values.Length} were given.", nameof(values));
        (Name, Type, Shape, _values) = (name, type, shape, values);
    }

    /// <summary>The tensor's name, for example "theta/shared/lstm/w".</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public TensorType Type { get; }

    /// <summary>The extents, outermost first; empty for a single number.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Number of entries.</summary>
    public int Count => _values.Length;

    /// <summary>A tensor of 32-bit floats; the array is taken, not copied.</summary>
    /// <param name="name">The name.</param>
    /// <param name="shape">The extents, whose product is the length of <paramref name="values"/>.</param>
    /// <param name="values">Entries, row-major.</param>
    /// <exception cref="ArgumentException">Shape and number of entries differ, or the shape is impossible.</exception>
    public static Tensor Of(string name, IReadOnlyList<int> shape, float[] values) => new(name, TensorType.F32, [.. shape], values);

    /// <summary>A tensor of 64-bit floats; the array is taken, not copied.</summary>
    /// <inheritdoc cref="Of(string, IReadOnlyList{int}, float[])"/>
    public static Tensor Of(string name, IReadOnlyList<int> shape, double[] values) => new(name, TensorType.F64, [.. shape], values);

    /// <summary>A tensor of 64-bit integers; the array is taken, not copied.</summary>
    /// <inheritdoc cref="Of(string, IReadOnlyList{int}, float[])"/>
    public static Tensor Of(string name, IReadOnlyList<int> shape, long[] values) => new(name, TensorType.I64, [.. shape], values);

    /// <summary>A tensor of bytes; the array is taken, not copied.</summary>
    /// <inheritdoc cref="Of(string, IReadOnlyList{int}, float[])"/>
    public static Tensor Of(string name, IReadOnlyList<int> shape, byte[] values) => new(name, TensorType.U8, [.. shape], values);

    /// <summary>The entries of an F32 tensor, or those of an F64 tensor rounded to 32 bits; always a copy.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds integers.</exception>
    public float[] ToSingles() => _values switch
    {
        float[] singles => [.. singles],
        double[] doubles => Array.ConvertAll(doubles, value => (float)value),
        _ => throw NotNumbersOf("floating point"),
    };

    /// <summary>The entries of an F64 tensor, or those of an F32 tensor widened; always a copy.</summary>
    /// <exception cref="InvalidOperationException">The tensor holds integers.</exception>
    public double[] ToDoubles() => _values switch
    {
        double[] doubles => [.. doubles],
        float[] singles => Array.ConvertAll(singles, value => (double)value),
        _ => throw NotNumbersOf("floating point"),
    };

    /// <summary>The entries of an I64 tensor; a copy.</summary>
    /// <exception cref="InvalidOperationException">The tensor is of another type.</exception>
    public long[] ToInt64s() => _values is long[] values ? [.. values] : throw NotNumbersOf("I64");

    /// <summary>The entries of a U8 tensor; a copy.</summary>
    /// <exception cref="InvalidOperationException">The tensor is of another type.</exception>
    public byte[] ToBytes() => _values is byte[] values ? [.. values] : throw NotNumbersOf("U8");

    /// <summary>Name, type and shape, for example "cell/0 F32 [1, 9, 4, 16]".</summary>
    public override string ToString() => $"{Name} {Type} {Describe(Shape)}";

    /// <summary>The element size of a type in bytes.</summary>
    internal static int SizeOf(TensorType type) => type switch
    {
        TensorType.F32 => sizeof(float),
        TensorType.U8 => sizeof(byte),
        _ => sizeof(double),
    };

    /// <summary>A tensor with room for its values, all zero until <see cref="ReadFrom"/>.</summary>
    internal static Tensor Allocate(string name, TensorType type, IReadOnlyList<int> shape, int count) =>
        new(name, type, shape, type switch
        {
            TensorType.F32 => new float[count],
            TensorType.F64 => new double[count],
            TensorType.I64 => new long[count],
            _ => new byte[count],
        });

    /// <summary>Fills the entries with little-endian bytes from a stream.</summary>
    /// <exception cref="EndOfStreamException">The stream ends before the tensor does.</exception>
    internal void ReadFrom(Stream stream) => ForEachPiece(stream, static (stream, bytes) => stream.ReadExactly(bytes));

    /// <summary>Writes the entries as little-endian bytes.</summary>
    internal void WriteTo(Stream stream) => ForEachPiece(stream, static (stream, bytes) => stream.Write(bytes));

    /// <summary>A shape as people write it, for example "[3, 4]".</summary>
    internal static string Describe(IEnumerable<int> shape) =>
        $"[{string.Join(", ", shape.Select(extent => extent.ToString(CultureInfo.InvariantCulture)))}]";

    /// <summary>Number of entries of a shape; null where an extent is negative, or those other than 0 have a product beyond 64 bits.</summary>
    internal static long? CountOf(IEnumerable<long> shape)
    {
        var (product, isEmpty) = (1L, false);
        foreach (var extent in shape)
        {
            if (extent < 0 || (extent > 0 && product > long.MaxValue / extent)) return null;
            isEmpty |= extent == 0;
            product *= Math.Max(extent, 1);
        }
        return isEmpty ? 0 : product;
    }

    private delegate void PieceAction(Stream stream, Span<byte> bytes);

    private void ForEachPiece(Stream stream, PieceAction action)
    {
        // A span counts its bytes in an int, and a tensor may take more.
        for (var start = 0; start < Count;)
        {
            var length = Math.Min(PieceLength, Count - start);
            action(stream, _values switch
            {
                float[] values => MemoryMarshal.AsBytes(values.AsSpan(start, length)),
                double[] values => MemoryMarshal.AsBytes(values.AsSpan(start, length)),
                long[] values => MemoryMarshal.AsBytes(values.AsSpan(start, length)),
                _ => ((byte[])_values).AsSpan(start, length),
            });
            start += length;
        }
    }

    private InvalidOperationException NotNumbersOf(string kind) => new($"Tensor '{Name}' is {Type}, not {kind}.");
}
