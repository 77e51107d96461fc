namespace Vsml.Data;

/// <summary>
/// Reads CIFAR-10's binary files: records of a label (0 to 9) and 32x32 bytes of red, then of green and of blue, each row by row.
/// </summary>
internal static class CifarFile
{
    private const int Side = 32, Channels = 3, Plane = Side * Side;

    /// <summary>Bytes of a record.</summary>
    public const int Record = 1 + Channels * Plane;

    private static readonly string[] s_classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VsmlException">It cannot be read, or is no sequence of records.</exception>
    public static ImageDataset Read(string path) => DataFile.Read(path, (stream, name) => Images(Content(stream, stream.Length, name), name, Path.GetFileName(name)));

    /// <summary>All bytes of a file, which are whole records.</summary>
    public static byte[] Content(Stream stream, long length, string name)
    {
        if (length == 0 || length % Record != 0 || length > Array.MaxLength)
            throw new VsmlException($"{name}: holds {length} bytes, which are no whole number of CIFAR-10's records of {Record} bytes");
        var bytes = new byte[length];
        return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length ? bytes : throw new VsmlException($"{name}: ends before its {length} bytes");
    }

    /// <summary>The images of records, pixels scaled to [0, 1].</summary>
    public static ImageDataset Images(byte[] records, string name, string dataset)
    {
        var count = records.Length / Record;
        var (images, labels) = (new float[count * Channels * Plane], new int[count]);
        for (var i = 0; i < count; i++)
        {
            var record = records.AsSpan(i * Record, Record);
            labels[i] = record[0] < s_classes.Length ? record[0] : throw new VsmlException($"{name}: image {i + 1} has label {record[0]}, but CIFAR-10 has {s_classes.Length} classes");
            for (var p = 0; p < Plane; p++)
                for (var c = 0; c < Channels; c++) images[(i * Plane + p) * Channels + c] = record[1 + c * Plane + p] / 255f;
        }
        return new ImageDataset(dataset, images, labels, Side, Side, Channels, s_classes);
    }
}
