using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Vsml.Files;

/// <summary>The JSON header of a safetensors file, read and checked, or formatted.</summary>
internal sealed class SafetensorsHeader
{
    private const int LengthBytes = sizeof(ulong);
    private const int MaxHeaderBytes = 100_000_000; // the limit that the format's own library sets
    private const string MetadataName = "__metadata__";

    private SafetensorsHeader(long dataStart, IReadOnlyList<Entry> entries, IReadOnlyDictionary<string, string> metadata) =>
        (DataStart, Entries, Metadata) = (dataStart, entries, metadata);

    /// <summary>Position in the file of the first byte of data.</summary>
    public long DataStart { get; }

    /// <summary>All tensors, in the order of their data, which they cover without holes.</summary>
    public IReadOnlyList<Entry> Entries { get; }

    /// <summary>The text metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>
    /// One tensor's place: bytes Begin to End (exclusive) after <see cref="DataStart"/>. Its type is null where the dtype is none that
    /// can be read; such a tensor may have more entries than an array.
    /// </summary>
    public sealed record Entry(string Name, string Dtype, long[] Shape, long Count, long Begin, long End)
    {
        /// <summary>The element type, if it is one that can be read.</summary>
        public TensorType? Type => Enum.TryParse<TensorType>(Dtype, out var type) ? type : null;
    }

    /// <summary>Reads and checks a header against the length of the file.</summary>
    /// <param name="stream">The file, at its first byte.</param>
    /// <param name="path">Names it in errors.</param>
    /// <param name="fileLength">Its length, or the most that it may take of a stream.</param>
    /// <param name="mayGoOn">Whether something else may follow the tensors.</param>
    /// <exception cref="VsmlException">Names the file and the tensor at fault.</exception>
    public static SafetensorsHeader Read(Stream stream, string path, long fileLength, bool mayGoOn)
    {
        if (fileLength < LengthBytes) throw Bad(path, "it is too short for a safetensors file.");
        Span<byte> lengthBytes = stackalloc byte[LengthBytes];
        stream.ReadExactly(lengthBytes);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length > (ulong)(fileLength - LengthBytes))
            throw Bad(path, $"its header claims {length} bytes, but at most {fileLength - LengthBytes} can follow; the file is cut off or is not safetensors.");
        if (length > MaxHeaderBytes) throw Bad(path, $"its header claims {length} bytes, more than the {MaxHeaderBytes} allowed.");
        var header = new byte[(int)length];
        stream.ReadExactly(header);

        var dataStart = LengthBytes + (long)length;
        var entries = new List<Entry>();
        var metadata = new Dictionary<string, string>();
        try
        {
            // Strict decoding first: the JSON reader itself looks at the encoding of a string only when it is fetched.
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(header);
            using var document = JsonDocument.Parse(text);
            ReadObject(document.RootElement, path, entries, metadata);
        }
        catch (Exception exception) when (exception is JsonException or DecoderFallbackException or InvalidOperationException)
        {
            throw new VsmlException($"Cannot read '{path}': its header is not valid JSON: {exception.Message}", exception);
        }
        CheckCover(entries, fileLength - dataStart, mayGoOn, path);
        return new SafetensorsHeader(dataStart, entries, metadata);
    }

    /// <summary>Formats the header of tensors that follow one another in the given order, padded so that data is aligned.</summary>
    /// <exception cref="ArgumentException">Two tensors have one name, or a name is reserved.</exception>
    public static byte[] Format(IReadOnlyList<Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var names = new HashSet<string>();
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            if (metadata.Count > 0)
            {
                writer.WriteStartObject(MetadataName);
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)) writer.WriteString(key, value);
                writer.WriteEndObject();
            }
            var begin = 0L;
            foreach (var tensor in tensors)
            {
                if (tensor.Name == MetadataName || !names.Add(tensor.Name))
                    throw new ArgumentException($"The name '{tensor.Name}' is taken; every tensor of a file needs its own.", nameof(tensors));
                var end = begin + (long)tensor.Count * Tensor.SizeOf(tensor.Type);
                writer.WriteStartObject(tensor.Name);
                writer.WriteString("dtype", tensor.Type.ToString());
                writer.WriteStartArray("shape");
                foreach (var extent in tensor.Shape) writer.WriteNumberValue(extent);
                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(begin);
                writer.WriteNumberValue(end);
                writer.WriteEndArray();
                writer.WriteEndObject();
                begin = end;
            }
            writer.WriteEndObject();
        }
        while (buffer.Length % sizeof(double) != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static void ReadObject(JsonElement root, string path, List<Entry> entries, Dictionary<string, string> metadata)
    {
        if (root.ValueKind != JsonValueKind.Object) throw Bad(path, "its header is not a JSON object.");
        var names = new HashSet<string>();
        foreach (var property in root.EnumerateObject())
        {
            if (!names.Add(property.Name)) throw Bad(path, $"the name '{property.Name}' stands twice in its header.");
            if (property.Name == MetadataName) ReadMetadata(property.Value, path, metadata);
            else entries.Add(ReadEntry(property.Name, property.Value, path));
        }
    }

    private static void ReadMetadata(JsonElement element, string path, Dictionary<string, string> metadata)
    {
        if (element.ValueKind != JsonValueKind.Object) throw Bad(path, $"'{MetadataName}' is not a JSON object of strings.");
        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String) throw Bad(path, $"'{MetadataName}.{property.Name}' is not a string.");
            if (!metadata.TryAdd(property.Name, property.Value.GetString()!)) throw Bad(path, $"'{MetadataName}.{property.Name}' stands twice.");
        }
    }

    private static Entry ReadEntry(string name, JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object) throw BadTensor(path, name, "is not described by a JSON object.");
        JsonElement? type = null, shape = null, offsets = null;
        foreach (var property in element.EnumerateObject())
        {
            var seen = property.Name switch
            {
                "dtype" => Take(ref type, property.Value),
                "shape" => Take(ref shape, property.Value),
                "data_offsets" => Take(ref offsets, property.Value),
                _ => throw BadTensor(path, name, $"has an unknown field '{property.Name}'."),
            };
            if (seen) throw BadTensor(path, name, $"has the field '{property.Name}' twice.");
        }
        var dtype = type is { ValueKind: JsonValueKind.String } text ? text.GetString()! : throw BadTensor(path, name, "has no dtype.");
        if (BitsOf(dtype) is not { } bits) throw BadTensor(path, name, $"has the dtype '{dtype}', which the format does not have.");
        var extents = Integers(shape, "shape");
        var bounds = Integers(offsets, "data_offsets");
        if (bounds.Length != 2 || bounds[0] > bounds[1]) throw BadTensor(path, name, "has data_offsets that are not a begin and an end.");
        var count = Tensor.CountOf(extents) ?? throw BadTensor(path, name, "has a shape whose extents have a product beyond 64 bits.");
        var entry = new Entry(name, dtype, extents, count, bounds[0], bounds[1]);
        if (entry.Type is not null && (count > Array.MaxLength || extents.Any(extent => extent > int.MaxValue)))
            throw BadTensor(path, name, $"has a shape of more than the {Array.MaxLength} entries that one array can hold.");
        var size = (Int128)count * bits;
        if (size % 8 != 0) throw BadTensor(path, name, $"takes {size} bits by its shape, not whole bytes.");
        if (size / 8 != bounds[1] - bounds[0])
            throw BadTensor(path, name, $"takes {size / 8} bytes by its shape, but {bounds[1] - bounds[0]} by its data_offsets.");
        return entry;

        static bool Take(ref JsonElement? field, JsonElement value)
        {
            var seen = field is not null;
            field = value;
            return seen;
        }

        long[] Integers(JsonElement? list, string field)
        {
            if (list is not { ValueKind: JsonValueKind.Array } array) throw BadTensor(path, name, $"has no list '{field}'.");
            var values = new long[array.GetArrayLength()];
            var i = 0;
            foreach (var item in array.EnumerateArray())
                if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out values[i++]) || values[i - 1] < 0)
                    throw BadTensor(path, name, $"has '{item.GetRawText()}' in '{field}'; whole numbers of at least 0 are needed.");
            return values;
        }
    }

    // All dtypes of the format. Those that are not read may stand in a file, but must take the room that they should.
    private static int? BitsOf(string dtype) => dtype switch
    {
        "F4" => 4,
        "F6_E2M3" or "F6_E3M2" => 6,
        "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" or "F8_E4M3FNUZ" or "F8_E5M2FNUZ" => 8,
        "U16" or "I16" or "F16" or "BF16" => 16,
        "U32" or "I32" or "F32" => 32,
        "U64" or "I64" or "F64" or "C64" => 64,
        _ => null,
    };

    private static void CheckCover(List<Entry> entries, long dataLength, bool mayGoOn, string path)
    {
        entries.Sort((left, right) => (left.Begin, left.End).CompareTo((right.Begin, right.End)));
        var end = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin < end) throw BadTensor(path, entry.Name, $"begins at byte {Text(entry.Begin)}, inside the tensor before it.");
            if (entry.Begin > end) throw BadTensor(path, entry.Name, $"begins at byte {Text(entry.Begin)}, but the data before it ends at {Text(end)}.");
            if (entry.End > dataLength) throw BadTensor(path, entry.Name, $"ends at byte {Text(entry.End)}, but there are at most {Text(dataLength)} bytes of data.");
            end = entry.End;
        }
        if (end != dataLength && !mayGoOn) throw Bad(path, $"{Text(dataLength - end)} bytes follow its last tensor.");
        // A sparse file can be longer than any memory.
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var read = entries.Where(entry => entry.Type is not null).Sum(entry => entry.End - entry.Begin);
        if (read > memory) throw Bad(path, $"its tensors take {Text(read)} bytes, but there are only {Text(memory)} bytes of memory.");
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static VsmlException Bad(string path, string what) => new($"Cannot read '{path}': {what}");

    private static VsmlException BadTensor(string path, string tensor, string what) => new($"Cannot read '{path}': tensor '{tensor}' {what}");
}
