using Vsml.MetaTraining;

namespace Vsml.Tests.Faults.HostileFiles;

/// <summary>A reader of files that anybody may have made.</summary>
/// <param name="Name">Its name, and that of its folder of the corpus.</param>
/// <param name="BytesPerByte">Memory that it may take for each byte of a file, beside <see cref="FixedBytes"/>.</param>
/// <param name="Read">Reads a file.</param>
internal sealed record FuzzedReader(string Name, int BytesPerByte, Action<string> Read)
{
    /// <summary>Memory that every reader may take: buffers, and what a record of defaults needs.</summary>
    public const int FixedBytes = 2 << 20;

    /// <summary>A file is read in far less; longer is a hang.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Reads a file of given content. It may be refused by the documented exceptions, in one line; nothing else may happen.</summary>
    /// <param name="path">Where the file is put.</param>
    /// <param name="content">Its bytes.</param>
    /// <returns>Whether it was read, not refused.</returns>
    /// <exception cref="HostileFileException">Something else happened.</exception>
    public bool Try(string path, ReadOnlySpan<byte> content)
    {
        using (var file = File.Create(path)) file.Write(content);
        var (isRead, bytes) = Measured(path);
        var limit = FixedBytes + (long)BytesPerByte * content.Length;
        // What is made once in a process is not the file's.
        if (bytes > limit) (isRead, bytes) = Measured(path);
        return bytes <= limit ? isRead : throw new HostileFileException($"{Name}: {content.Length} bytes took {bytes} bytes of memory; {limit} are the limit");
    }

    private (bool IsRead, long Bytes) Measured(string path)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var isRead = false;
        try
        {
            Read(path);
            isRead = true;
        }
        catch (Exception exception) when (exception is VsmlException or CheckpointDamagedException or NonFiniteLossException)
        {
            if (exception.Message.Length == 0 || exception.Message.Contains('\n', StringComparison.Ordinal)) throw new HostileFileException($"{Name}: refused, but not in one line: '{exception.Message}'");
        }
        return (isRead, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}

/// <summary>A reader did something else than to read a file or to refuse it.</summary>
/// <param name="message">What it did.</param>
internal sealed class HostileFileException(string message) : Exception(message);
