using System.Buffers.Binary;
using System.Globalization;
using System.Numerics.Tensors;

namespace Vsml.Data;

/// <summary>
/// Reads the IDX files of the MNIST family, plain or gzipped: two zero bytes, the element type, the number of dimensions,
/// each dimension as a big-endian 32-bit number, then the elements. Every field is checked against the file's true length
/// before memory is taken for the elements.
/// </summary>
public static class IdxFile
{
    private const byte UnsignedByte = 0x08;
    private const int MostDimensions = 4;
    private const int FirstBlock = 1 << 20;

    /// <summary>The most elements that are read.</summary>
    public const int MostNumbers = 1 << 30;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; gzip is told by its content, not by its name.</param>
    /// <exception cref="VsmlException">The file cannot be read, is damaged, or holds something else; the message names file and field.</exception>
    public static IdxArray Read(string path) => DataFile.Read(path, ReadContent);

    /// <summary>Reads an open stream.</summary>
    /// <param name="stream">A seekable stream at its beginning.</param>
    /// <param name="name">Its name in messages.</param>
    /// <exception cref="VsmlException">As for <see cref="Read(string)"/>.</exception>
    public static IdxArray Read(Stream stream, string name) => DataFile.Guard(stream, name, ReadContent);

    /// <summary>Reads images and their labels.</summary>
    /// <param name="imagesPath">IDX file [count, height, width] or [count, height, width, channels].</param>
    /// <param name="labelsPath">IDX file [count].</param>
    /// <param name="name">The data set's name.</param>
    /// <param name="classNames">
    /// Names of the classes in the order of their labels; null makes a class of every label that is there, named by it, so that labels
    /// may begin at 1 or leave gaps.
    /// </param>
    /// <returns>The images, scaled to [0, 1].</returns>
    /// <exception cref="VsmlException">A file is wrong, or the two do not belong together.</exception>
    public static ImageDataset ReadImages(string imagesPath, string labelsPath, string name, IReadOnlyList<string>? classNames = null) =>
        Combine(Read(imagesPath), imagesPath, Read(labelsPath), labelsPath, name, classNames);

    internal static ImageDataset Combine(IdxArray images, string imagesName, IdxArray labels, string labelsName, string name, IReadOnlyList<string>? classNames)
    {
        if (images.Shape.Count is not (3 or 4))
            throw new VsmlException($"{imagesName}: has {images.Shape.Count} dimensions, but images have 3 (count, height, width) or 4 (and channels)");
        if (labels.Shape.Count != 1)
            throw new VsmlException($"{labelsName}: has {labels.Shape.Count} dimensions, but labels have 1 (count)");
        if (labels.Shape[0] != images.Shape[0])
            throw new VsmlException($"{labelsName}: count is {labels.Shape[0]}, but {imagesName} holds {images.Shape[0]} images");

        var present = classNames is null ? labels.Values.Distinct().Order().ToArray() : [.. Enumerable.Range(0, classNames.Count).Select(c => (byte)c)];
        var classes = new int[labels.Values.Length];
        for (var i = 0; i < classes.Length; i++)
        {
            classes[i] = Array.BinarySearch(present, labels.Values[i]);
            if (classes[i] < 0)
                throw new VsmlException($"{labelsName}: label {i + 1} is {labels.Values[i]}, but {name} has {present.Length} classes");
        }
        var pixels = new float[images.Values.Length];
        TensorPrimitives.ConvertTruncating<byte, float>(images.Values, pixels);
        TensorPrimitives.Divide(pixels, 255f, pixels);
        return new ImageDataset(name, pixels, classes, images.Shape[1], images.Shape[2],
            images.Shape.Count == 4 ? images.Shape[3] : 1, classNames ?? present.Select(label => label.ToString(CultureInfo.InvariantCulture)).ToArray());
    }

    private static IdxArray ReadContent(Stream stream, string name)
    {
        using var unpacked = DataFile.Unpack(stream);
        var stored = stream.Length;
        var content = unpacked ?? stream;
        var shape = ReadHeader(content, name);
        var header = 4 + 4 * (long)shape.Length;
        var size = Size(shape, name);
        if (unpacked is null && stored != header + size)
            throw new VsmlException($"{name}: the dimensions {Text(shape)} promise {size} bytes after the header, but the file holds {Math.Max(0, stored - header)}");
        if (unpacked is not null && header + size > stored * DataFile.LargestExpansion)
            throw new VsmlException($"{name}: the dimensions {Text(shape)} promise {size} bytes, more than {stored} compressed bytes can hold");
        var values = ReadValues(content, (int)size, name, shape);
        if (content.ReadByte() >= 0)
            throw new VsmlException($"{name}: more data follows after the {size} bytes that the dimensions {Text(shape)} promise");
        return new IdxArray(new(shape), values);
    }

    private static int[] ReadHeader(Stream content, string name)
    {
        Span<byte> magic = stackalloc byte[4];
        if (content.ReadAtLeast(magic, 4, throwOnEndOfStream: false) < 4)
            throw new VsmlException($"{name}: ends within the magic number of an IDX file");
        if (magic[0] != 0 || magic[1] != 0)
            throw new VsmlException($"{name}: is not an IDX file: the magic number begins with {magic[0]:x2} {magic[1]:x2} instead of 00 00");
        if (magic[2] != UnsignedByte)
            throw new VsmlException($"{name}: element type 0x{magic[2]:x2} is not supported; images and labels are unsigned bytes (0x08)");
        if (magic[3] is 0 or > MostDimensions)
            throw new VsmlException($"{name}: the number of dimensions is {magic[3]}; it must be from 1 to {MostDimensions}");

        var shape = new int[magic[3]];
        Span<byte> word = stackalloc byte[4];
        for (var d = 0; d < shape.Length; d++)
        {
            if (content.ReadAtLeast(word, 4, throwOnEndOfStream: false) < 4)
                throw new VsmlException($"{name}: ends within dimension {d} of {shape.Length}");
            var extent = BinaryPrimitives.ReadUInt32BigEndian(word);
            if (extent is 0 or > int.MaxValue)
                throw new VsmlException($"{name}: dimension {d} is {extent}; it must be from 1 to {int.MaxValue}");
            shape[d] = (int)extent;
        }
        return shape;
    }

    private static long Size(int[] shape, string name)
    {
        long size = 1;
        foreach (var extent in shape)
        {
            size *= extent;
            if (size > MostNumbers)
                throw new VsmlException($"{name}: the dimensions {Text(shape)} promise more than {MostNumbers} bytes, the most that are read");
        }
        return size;
    }

    // Memory grows with what really arrives, so a header alone cannot ask for much.
    private static byte[] ReadValues(Stream content, int size, string name, int[] shape)
    {
        var values = new byte[Math.Min(size, FirstBlock)];
        var filled = 0;
        while (true)
        {
            filled += content.ReadAtLeast(values.AsSpan(filled), values.Length - filled, throwOnEndOfStream: false);
            if (filled < values.Length)
                throw new VsmlException($"{name}: ends after {filled} of the {size} bytes that the dimensions {Text(shape)} promise");
            if (filled == size) return values;
            Array.Resize(ref values, (int)Math.Min(size, 2L * values.Length));
        }
    }

    private static string Text(int[] shape) => string.Join("x", shape);
}
