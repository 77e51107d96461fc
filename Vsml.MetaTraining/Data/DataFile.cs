using Vsml.Files;

namespace Vsml.Data;

/// <summary>Opens data files, plain or gzipped, and turns what can go wrong with them into one clear line.</summary>
internal static class DataFile
{
    /// <summary>Deflate cannot expand its input by more than this factor.</summary>
    public const long LargestExpansion = 1032;

    /// <summary>Opens a file for reading and hands it over; whatever is wrong with it becomes a <see cref="VsmlException"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">What to do with it: gets a seekable stream at its beginning and the name for messages.</param>
    /// <exception cref="VsmlException">The file cannot be opened or read.</exception>
    public static T Read<T>(string path, Func<Stream, string, T> read)
    {
        try
        {
            using var stream = InputFile.Open(path);
            return Guard(stream, path, read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new VsmlException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>As <see cref="Read"/>, for a stream that is open already.</summary>
    /// <param name="stream">A seekable stream at its beginning.</param>
    /// <param name="name">Its name for messages.</param>
    /// <param name="read">What to do with it.</param>
    /// <exception cref="VsmlException">The stream holds something that it should not.</exception>
    public static T Guard<T>(Stream stream, string name, Func<Stream, string, T> read)
    {
        try
        {
            return read(stream, name);
        }
        catch (InvalidDataException e)
        {
            throw new VsmlException($"{name}: the compressed data is damaged: {e.Message}", e);
        }
    }

    /// <summary>The content of a gzipped file, told by its first bytes; null if it is plain. The file stays open and at its beginning.</summary>
    /// <param name="stream">A seekable stream at its beginning.</param>
    public static GzipContent? Unpack(Stream stream)
    {
        Span<byte> magic = stackalloc byte[2];
        var read = stream.ReadAtLeast(magic, 2, throwOnEndOfStream: false);
        stream.Position = 0;
        return read == 2 && magic[0] == 0x1f && magic[1] == 0x8b ? new GzipContent(stream) : null;
    }
}
