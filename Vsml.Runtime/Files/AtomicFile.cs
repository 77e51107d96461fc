using System.Security.Cryptography;
using System.Text;

namespace Vsml.Files;

/// <summary>
/// Writes files that are there whole or not at all: to a temporary name in the same folder, flushed to disk, then renamed.
/// </summary>
public static class AtomicFile
{
    private const string TemporaryPrefix = ".vsml-", TemporarySuffix = ".tmp";
    private const int RandomDigits = 16, MostOfTheName = 40;

    /// <summary>Writes a file, or leaves what was there before untouched.</summary>
    /// <param name="path">The file to make or replace; its folder must exist.</param>
    /// <param name="write">Writes the content to the stream it is given.</param>
    /// <exception cref="VsmlException">The file cannot be written: no such folder, no permission, full disk, not a regular file.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string? temporary = null;
        try
        {
            var target = Target(path);
            temporary = TemporaryNameFor(target);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                DurableFile.Flush(stream);
            }
            File.Move(temporary, target, overwrite: true);
            DurableFolder.Flush(Path.GetDirectoryName(target)!);
        }
        catch (Exception exception)
        {
            if (temporary is not null) RemoveQuietly(temporary);
            if (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
                throw new VsmlException($"Cannot write '{path}': {Reason(path, exception)}", exception);
            throw;
        }
    }

    /// <summary>Finds out whether <see cref="Write"/> could make a file now, before work is done for it. Nothing is left behind.</summary>
    /// <param name="path">The file that is to be made or replaced.</param>
    /// <exception cref="VsmlException">It could not be written.</exception>
    public static void Check(string path)
    {
        try
        {
            var temporary = TemporaryNameFor(Target(path));
            using (new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose)) { }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new VsmlException($"Cannot write '{path}': {Reason(path, exception)}", exception);
        }
    }

    /// <summary>Writes bytes as a file.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="content">All bytes of the file.</param>
    /// <exception cref="VsmlException">The file cannot be written.</exception>
    public static void WriteAllBytes(string path, ReadOnlyMemory<byte> content) =>
        Write(path, stream => stream.Write(content.Span));

    /// <summary>Writes text as a file, in UTF-8 without a byte order mark.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="content">The text.</param>
    /// <exception cref="VsmlException">The file cannot be written.</exception>
    public static void WriteAllText(string path, string content) =>
        WriteAllBytes(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(content));

    /// <summary>
    /// Removes what killed writers of a file left. Only for a caller who knows that nobody writes the file now, on this machine or
    /// another that shares the folder.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="isMine">Whether the caller knows that of a file of this name.</param>
    /// <exception cref="VsmlException">The folder cannot be read, or a file cannot be removed.</exception>
    internal static void RemoveLeftovers(string folder, Func<string, bool> isMine)
    {
        foreach (var temporary in FolderEntries.Names(folder, $"{TemporaryPrefix}*{TemporarySuffix}"))
        {
            var name = temporary[TemporaryPrefix.Length..^TemporarySuffix.Length];
            if (name.Length > RandomDigits && isMine(name[(RandomDigits + 1)..])) FolderEntries.Remove(Path.Combine(folder, temporary));
        }
    }

    private static string Target(string path)
    {
        var full = Path.GetFullPath(path);
        // Renaming over a pipe or a device would put a regular file in its place.
        if (PathKinds.Of(full) is not (PathKind.File or PathKind.None) and var kind) throw new IOException($"it is {kind.Name()}; give the name of a regular file.");
        // Nor does it reach a descriptor that is redirected to a file (/dev/stdout).
        if (!OperatingSystem.IsWindows() && full.StartsWith("/dev/", StringComparison.Ordinal) && !full.StartsWith("/dev/shm/", StringComparison.Ordinal))
            throw new IOException("it is a device; give the name of a regular file.");
        var file = new FileInfo(full);
        // A link stays a link: what it points to is replaced.
        if (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is { } link) full = link.FullName;
        var folder = Path.GetDirectoryName(full);
        if (folder is not null && !Directory.Exists(folder))
            throw new DirectoryNotFoundException($"there is no folder '{folder}'; make it first.");
        return full;
    }

    // Random, since process ids are the same in two containers. The target's name tells whose it is, cut so that long ones fit.
    private static string TemporaryNameFor(string target)
    {
        var random = RandomNumberGenerator.GetHexString(RandomDigits, lowercase: true);
        var name = Path.GetFileName(target);
        if (name.Length > MostOfTheName) name = name[..MostOfTheName];
        return Path.Combine(Path.GetDirectoryName(target)!, $"{TemporaryPrefix}{random}-{name}{TemporarySuffix}");
    }

    private static string Reason(string path, Exception exception) => exception switch
    {
        UnauthorizedAccessException => $"no permission to write in folder '{Path.GetDirectoryName(Path.GetFullPath(path))}'.",
        _ => exception.Message,
    };

    private static void RemoveQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to report.
        }
    }
}
