using System.Text;

namespace Vsml.Files;

/// <summary>Opens files that a user named. What cannot be a file of data is refused before it is opened.</summary>
internal static class InputFile
{
    /// <summary>Opens a regular file, which can be read from any position.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VsmlException">There is no such file, it is a folder, a pipe or a device, or it cannot be read.</exception>
    public static FileStream Open(string path)
    {
        if (PathKinds.Of(path) is not (PathKind.File or PathKind.None) and var kind)
            throw new VsmlException($"'{path}' is {kind.Name()}; give the name of a regular file.");
        return OpenAny(path);
    }

    /// <summary>Reads a text in UTF-8 from a regular file or a pipe.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The most that is read.</param>
    /// <exception cref="VsmlException">There is no such file, it is a folder or a device, it cannot be read, is longer, or is not UTF-8.</exception>
    public static string ReadText(string path, int maxBytes)
    {
        if (PathKinds.Of(path) is not (PathKind.File or PathKind.Pipe or PathKind.None) and var kind)
            throw new VsmlException($"'{path}' is {kind.Name()}; give the name of a file.");
        using var stream = OpenAny(path);
        try
        {
            using var bytes = new MemoryStream();
            var piece = new byte[1 << 16];
            for (int read; (read = stream.Read(piece)) > 0;)
            {
                bytes.Write(piece, 0, read);
                if (bytes.Length > maxBytes) throw new VsmlException($"'{path}' is larger than {maxBytes >> 20} MiB, too much for a file of this kind.");
            }
            bytes.Position = 0;
            using var reader = new StreamReader(bytes, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return reader.ReadToEnd();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new VsmlException($"Cannot read '{path}': {exception.Message}", exception);
        }
    }

    private static FileStream OpenAny(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException || path.Length == 0)
        {
            throw new VsmlException($"There is no file '{path}'.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new VsmlException($"Cannot read '{path}': {exception.Message}", exception);
        }
    }
}
