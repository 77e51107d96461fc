using System.Buffers.Binary;

namespace Vsml.Files;

/// <summary>
/// The content of a safetensors file (formats.md, "Tensors: safetensors"): named tensors and text metadata. Reading checks
/// the whole header against the file before anything is allocated, and never runs code from a file.
/// </summary>
public sealed class SafetensorsFile
{
    private readonly Dictionary<string, Tensor> _byName;

    private SafetensorsFile(string path, IReadOnlyList<Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        (Path, Tensors, Metadata) = (path, tensors, metadata);
        _byName = tensors.ToDictionary(tensor => tensor.Name);
    }

    /// <summary>Where the file was read from; names it in errors.</summary>
    public string Path { get; }

    /// <summary>All tensors, in the order of their data.</summary>
    public IReadOnlyList<Tensor> Tensors { get; }

    /// <summary>The entries of "__metadata__".</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VsmlException">It cannot be read, or its header and its data do not agree; names the file and the tensor.</exception>
    public static SafetensorsFile Read(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (!stream.CanSeek) throw new VsmlException($"'{path}' is not a regular file; tensors are read from files only.");
            var header = SafetensorsHeader.Read(stream, path, stream.Length, mayGoOn: false);
            var tensors = new List<Tensor>(header.Entries.Count);
            foreach (var entry in header.Entries)
            {
                var tensor = Tensor.Allocate(entry.Name, entry.Type, entry.Shape);
                stream.Position = header.DataStart + entry.Begin;
                tensor.ReadFrom(stream);
                tensors.Add(tensor);
            }
            return new SafetensorsFile(path, tensors, header.Metadata);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VsmlException($"There is no file '{path}'.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new VsmlException($"Cannot read '{path}': {exception.Message}", exception);
        }
        catch (OutOfMemoryException exception)
        {
            throw new VsmlException($"'{path}' holds more than fits into memory.", exception);
        }
    }

    /// <summary>Reads what <see cref="Write(Stream, IEnumerable{Tensor}, IReadOnlyDictionary{string, string})"/> wrote, and not a byte more; the stream need not seek.</summary>
    /// <param name="stream">The stream, where the writing began.</param>
    /// <param name="name">Names it in errors.</param>
    /// <param name="maxBytes">What header and tensors may take at most; a header that claims more is refused.</param>
    /// <exception cref="VsmlException">It ends too early, takes too much, or its header and its data do not agree.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static SafetensorsFile Read(Stream stream, string name, long maxBytes)
    {
        try
        {
            var header = SafetensorsHeader.Read(stream, name, maxBytes, mayGoOn: true);
            var tensors = new List<Tensor>(header.Entries.Count);
            foreach (var entry in header.Entries)
            {
                var tensor = Tensor.Allocate(entry.Name, entry.Type, entry.Shape);
                tensor.ReadFrom(stream);
                tensors.Add(tensor);
            }
            return new SafetensorsFile(name, tensors, header.Metadata);
        }
        catch (EndOfStreamException exception)
        {
            throw new VsmlException($"Cannot read '{name}': it ends too early.", exception);
        }
    }

    /// <summary>
    /// Writes a file, whole or not at all. The bytes depend on the arguments alone: tensors stand in the given order, those
    /// of larger elements first (which keeps all aligned), metadata in ordinal order of its keys.
    /// </summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="tensors">Tensors of distinct names.</param>
    /// <param name="metadata">Text to keep beside them, or null.</param>
    /// <exception cref="VsmlException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">Two tensors have one name, or a name is "__metadata__".</exception>
    public static void Write(string path, IEnumerable<Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, Writer(tensors, metadata));

    /// <summary>Writes the bytes of a file to a stream.</summary>
    /// <param name="stream">Where to; it is not closed.</param>
    /// <param name="tensors">Tensors of distinct names.</param>
    /// <param name="metadata">Text to keep beside them, or null.</param>
    /// <exception cref="IOException">The stream takes no more.</exception>
    /// <exception cref="ArgumentException">Two tensors have one name, or a name is "__metadata__".</exception>
    public static void Write(Stream stream, IEnumerable<Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Writer(tensors, metadata)(stream);

    private static Action<Stream> Writer(IEnumerable<Tensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var ordered = InFileOrder(tensors);
        var header = SafetensorsHeader.Format(ordered, metadata ?? new Dictionary<string, string>());
        return stream =>
        {
            Span<byte> length = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var tensor in ordered) tensor.WriteTo(stream);
        };
    }

    /// <summary>The order in which the data of tensors stand in a file.</summary>
    /// <param name="tensors">Tensors to write.</param>
    internal static IReadOnlyList<Tensor> InFileOrder(IEnumerable<Tensor> tensors) =>
        [.. tensors.OrderByDescending(tensor => Tensor.SizeOf(tensor.Type))];

    /// <summary>Whether there is a tensor of this name.</summary>
    /// <param name="name">The full name.</param>
    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>Finds a tensor.</summary>
    /// <param name="name">The full name.</param>
    /// <exception cref="VsmlException">The file has no such tensor.</exception>
    public Tensor Get(string name) =>
        _byName.TryGetValue(name, out var tensor) ? tensor : throw new VsmlException($"'{Path}' has no tensor '{name}'.");

    /// <summary>Finds a floating-point tensor of a known shape, rounded to 32 bits where it has more.</summary>
    /// <param name="name">The full name.</param>
    /// <param name="shape">The extents it must have; -1 stands for any.</param>
    /// <returns>The entries, row-major, all finite.</returns>
    /// <exception cref="VsmlException">Missing, of another shape or type, or with an entry that is NaN or infinite in 32 bits.</exception>
    public float[] GetSingles(string name, params ReadOnlySpan<int> shape)
    {
        var values = GetFloating(name, shape).ToSingles();
        for (var i = 0; i < values.Length; i++)
            if (!float.IsFinite(values[i])) throw NotFinite(name, i);
        return values;
    }

    /// <summary>Finds a floating-point tensor of a known shape, in 64 bits.</summary>
    /// <param name="name">The full name.</param>
    /// <param name="shape">The extents it must have; -1 stands for any.</param>
    /// <returns>The entries, row-major, all finite.</returns>
    /// <exception cref="VsmlException">Missing, of another shape or type, or with an entry that is NaN or infinite.</exception>
    public double[] GetDoubles(string name, params ReadOnlySpan<int> shape)
    {
        var values = GetFloating(name, shape).ToDoubles();
        for (var i = 0; i < values.Length; i++)
            if (!double.IsFinite(values[i])) throw NotFinite(name, i);
        return values;
    }

    private Tensor GetFloating(string name, ReadOnlySpan<int> shape)
    {
        var tensor = Get(name);
        if (tensor.Type is not (TensorType.F32 or TensorType.F64))
            throw new VsmlException($"Tensor '{name}' of '{Path}' is {tensor.Type}; F32 or F64 is needed.");
        var matches = tensor.Shape.Count == shape.Length;
        for (var axis = 0; matches && axis < shape.Length; axis++)
            matches = shape[axis] == -1 || shape[axis] == tensor.Shape[axis];
        if (!matches)
        {
            var wanted = Tensor.Describe(shape.ToArray()).Replace("-1", "any", StringComparison.Ordinal);
            throw new VsmlException($"Tensor '{name}' of '{Path}' has shape {Tensor.Describe(tensor.Shape)}; {wanted} is needed.");
        }
        return tensor;
    }

    private VsmlException NotFinite(string name, int index) =>
        new(FormattableString.Invariant($"Tensor '{name}' of '{Path}' is not finite at entry {index}."));
}
