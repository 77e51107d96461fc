using System.Buffers;
using System.Text.Json;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>
/// metrics.jsonl: one JSON object a line, only ever appended to, the only one with its kind and iteration
/// (schemas/metrics.schema.json). What cannot be the same in a second run stands in fields ending in Seconds or PerSecond.
/// </summary>
public sealed class MetricsLog : IDisposable
{
    private readonly string _path;
    private readonly FileStream _stream;
    private readonly ArrayBufferWriter<byte> _line = new();

    private MetricsLog(string path, FileStream stream) => (_path, _stream) = (path, stream);

    /// <summary>
    /// Opens the file to append to it. First, lines that <paramref name="keep"/> refuses, a torn last line and lines that are no
    /// metrics are removed.
    /// </summary>
    /// <param name="path">The file; made if it is not there.</param>
    /// <param name="keep">Whether a line of a kind and iteration still holds.</param>
    /// <exception cref="VsmlException">The file cannot be read or written.</exception>
    public static MetricsLog Open(string path, Func<string, int, bool> keep)
    {
        try
        {
            Clean(path, keep);
            // Without a buffer, whose rest would be written again, and fail again, when the file is closed.
            return new MetricsLog(path, new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VsmlException($"Cannot write '{path}': {exception.Message}", exception);
        }
    }

    /// <summary>Appends a line and hands it to the operating system, where it outlives this process.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="iteration">Meta-iterations done.</param>
    /// <param name="writeFields">Writes all further fields.</param>
    /// <exception cref="VsmlException">The file cannot be written.</exception>
    public void Append(string kind, int iteration, Action<Utf8JsonWriter> writeFields)
    {
        _line.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_line))
        {
            writer.WriteStartObject();
            writer.WriteString("kind", kind);
            writer.WriteNumber("iteration", iteration);
            writeFields(writer);
            writer.WriteEndObject();
        }
        _line.Write("\n"u8);
        Guarded(() => _stream.Write(_line.WrittenSpan));
    }

    /// <summary>Returns when all lines are on the disk.</summary>
    /// <exception cref="VsmlException">The file cannot be written.</exception>
    public void FlushToDisk() => Guarded(() => DurableFile.Flush(_stream));

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static void Clean(string path, Func<string, int, bool> keep)
    {
        if (!File.Exists(path)) return;
        var content = File.ReadAllBytes(path);
        var kept = new ArrayBufferWriter<byte>(Math.Max(content.Length, 1));
        var seen = new HashSet<(string, int)>();
        for (var start = 0; start < content.Length;)
        {
            var length = content.AsSpan(start).IndexOf((byte)'\n') + 1;
            if (length == 0) break;
            var line = content.AsMemory(start, length);
            if (Identify(line) is var (kind, iteration) && keep(kind, iteration) && seen.Add((kind, iteration))) kept.Write(line.Span);
            start += length;
        }
        if (kept.WrittenCount != content.Length) AtomicFile.WriteAllBytes(path, kept.WrittenMemory);
    }

    private static (string Kind, int Iteration)? Identify(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("kind", out var kind) && kind.ValueKind == JsonValueKind.String
                && document.RootElement.TryGetProperty("iteration", out var iteration) && iteration.ValueKind == JsonValueKind.Number
                && iteration.TryGetInt32(out var number)
                ? (kind.GetString()!, number)
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second is for text that is no Unicode, which the parser lets pass.
            return null;
        }
    }

    private void Guarded(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VsmlException($"Cannot write '{_path}': {exception.Message}", exception);
        }
    }
}
