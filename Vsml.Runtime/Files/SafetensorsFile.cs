using System.Buffers.Binary;

namespace Vsml.Files;

/// <summary>
/// The content of a safetensors file (formats.md, "Tensors: safetensors"): named tensors and text metadata. Reading checks
/// the whole header against the file before anything is allocated, and never runs code from a file.
/// </summary>
public sealed class SafetensorsFile
{
    private readonly Dictionary<string, Tensor> _byName;
    private readonly Dictionary<string, string> _dtypesNotRead;

    private SafetensorsFile(string path, IReadOnlyList<Tensor> tensors, SafetensorsHeader header)
    {
        (Path, Tensors, Metadata) = (path, tensors, header.Metadata);
        _byName = tensors.ToDictionary(tensor => tensor.Name);
        _dtypesNotRead = header.Entries.Where(entry => entry.Type is null).ToDictionary(entry => entry.Name, entry => entry.Dtype);
    }

    /// <summary>Where the file was read from; names it in errors.</summary>
    public string Path { get; }

    /// <summary>All tensors of a <see cref="TensorType"/>, in the order of their data; those of other dtypes are passed over.</summary>
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
            using var stream = InputFile.Open(path);
            return Read(stream, path, SafetensorsHeader.Read(stream, path, stream.Length, mayGoOn: false));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
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
            return Read(stream, name, SafetensorsHeader.Read(stream, name, maxBytes, mayGoOn: true));
        }
        catch (EndOfStreamException exception)
        {
            throw new VsmlException($"Cannot read '{name}': it ends too early.", exception);
        }
    }

    // Entries are in the order of their data, which have no holes.
    private static SafetensorsFile Read(Stream stream, string name, SafetensorsHeader header)
    {
        var tensors = new List<Tensor>(header.Entries.Count);
        foreach (var entry in header.Entries)
            if (entry.Type is { } type)
            {
                var tensor = Tensor.Allocate(entry.Name, type, Array.ConvertAll(entry.Shape, extent => (int)extent), (int)entry.Count);
                tensor.ReadFrom(stream);
                tensors.Add(tensor);
            }
            else Skip(stream, entry.End - entry.Begin);
        return new SafetensorsFile(name, tensors, header);
    }

    private static void Skip(Stream stream, long bytes)
    {
        if (stream.CanSeek) stream.Position += bytes;
        else
            for (var piece = new byte[Math.Min(bytes, 1 << 16)]; bytes > 0; bytes -= piece.Length) stream.ReadExactly(piece, 0, (int)Math.Min(bytes, piece.Length));
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

    /// <summary>Whether there is a tensor of this name, of whatever dtype.</summary>
    /// <param name="name">The full name.</param>
    public bool Contains(string name) => _byName.ContainsKey(name) || _dtypesNotRead.ContainsKey(name);

    /// <summary>Finds a tensor.</summary>
    /// <param name="name">The full name.</param>
    /// <exception cref="VsmlException">The file has no such tensor, or it is of a dtype that is not read.</exception>
    public Tensor Get(string name)
    {
        if (_byName.TryGetValue(name, out var tensor)) return tensor;
        throw new VsmlException(_dtypesNotRead.TryGetValue(name, out var dtype)
            ? $"Tensor '{name}' of '{Path}' is {dtype}; only {string.Join(", ", Enum.GetNames<TensorType>())} are read."
            : $"'{Path}' has no tensor '{name}'.");
    }

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
