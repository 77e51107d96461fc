using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Vsml.MetaTraining;

/// <summary>
/// An event file of TensorBoard: records of a length, the length's checksum, an Event in protocol buffers, and the event's checksum. Each
/// record is handed to the operating system at once, so what stands there is whole.
/// </summary>
internal sealed class EventFile : IDisposable
{
    // Numbers of fields in event.proto and summary.proto, with their wire types.
    private const byte WallTime = 1 << 3 | 1, Step = 2 << 3, Version = 3 << 3 | 2, Summary = 5 << 3 | 2, Session = 7 << 3 | 2;
    private const byte Value = 1 << 3 | 2, Tag = 1 << 3 | 2, SimpleValue = 2 << 3 | 5, Status = 1 << 3;
    private const int Start = 1;
    private readonly FileStream _stream;
    private readonly string _path;

    /// <summary>Begins a file of its own in a folder, which is made if it is not there.</summary>
    /// <exception cref="VsmlException">It cannot be written.</exception>
    public EventFile(string folder)
    {
        // TensorBoard takes what has this in its name, and reads files in the order of their names.
        _path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{DateTimeOffset.UtcNow.ToUnixTimeSeconds():0000000000}.vsml.{Environment.ProcessId}"));
        try
        {
            Directory.CreateDirectory(folder);
            _stream = new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VsmlException($"Cannot write '{_path}': {exception.Message}", exception);
        }
        Append(null, output => Bytes(output, Version, "brain.Event:2"u8));
    }

    /// <summary>Says that a run goes on from a step: what other files hold of later steps no longer counts.</summary>
    public void Begin(long step) => Append(step, output => Bytes(output, Session, [Status, Start]));

    /// <summary>Appends the values of a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="values">Names and values; names with a slash stand in one group.</param>
    public void Append(long step, IReadOnlyList<(string Name, double Value)> values) => Append(step, output =>
    {
        var summary = new ArrayBufferWriter<byte>();
        foreach (var (name, value) in values)
        {
            var one = new ArrayBufferWriter<byte>();
            Bytes(one, Tag, Encoding.UTF8.GetBytes(name));
            one.Write([SimpleValue]);
            BinaryPrimitives.WriteSingleLittleEndian(one.GetSpan(sizeof(float)), (float)value);
            one.Advance(sizeof(float));
            Bytes(summary, Value, one.WrittenSpan);
        }
        Bytes(output, Summary, summary.WrittenSpan);
    });

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Append(long? step, Action<ArrayBufferWriter<byte>> write)
    {
        var content = new ArrayBufferWriter<byte>();
        content.Write([WallTime]);
        BinaryPrimitives.WriteDoubleLittleEndian(content.GetSpan(sizeof(double)), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0);
        content.Advance(sizeof(double));
        if (step is { } number)
        {
            content.Write([Step]);
            Number(content, (ulong)number);
        }
        write(content);
        var record = new byte[sizeof(ulong) + sizeof(uint) + content.WrittenCount + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)content.WrittenCount);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), Checksum(record.AsSpan(0, sizeof(ulong))));
        content.WrittenSpan.CopyTo(record.AsSpan(sizeof(ulong) + sizeof(uint)));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(record.Length - sizeof(uint)), Checksum(content.WrittenSpan));
        try
        {
            _stream.Write(record);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VsmlException($"Cannot write '{_path}': {exception.Message}", exception);
        }
    }

    // Masked, so that a file of records may stand in a record.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }

    private static void Bytes(ArrayBufferWriter<byte> output, byte field, ReadOnlySpan<byte> bytes)
    {
        output.Write([field]);
        Number(output, (ulong)bytes.Length);
        output.Write(bytes);
    }

    // Seven bits a byte, the lowest first; the highest bit says that more follow.
    private static void Number(ArrayBufferWriter<byte> output, ulong number)
    {
        for (; number >= 0x80; number >>= 7) output.Write([(byte)(number | 0x80)]);
        output.Write([(byte)number]);
    }
}
