using System.Runtime.InteropServices;

namespace Vsml.Files;

/// <summary>
/// Folders whose entries are on the disk: after a power failure, a flushed file is there under its new name only if the folder was
/// flushed after the renaming.
/// </summary>
internal static partial class DurableFolder
{
    private const int ReadOnly = 0;

    /// <summary>Returns when the folder's entries are on the disk, where the system can do that.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>False if the system or the file system cannot, as on Windows, or the folder may not be read.</returns>
    /// <exception cref="IOException">It can, but failed: what was written there may be gone after a power failure.</exception>
    public static bool Flush(string path)
    {
        if (OperatingSystem.IsWindows()) return false;
        var folder = Open(path, ReadOnly);
        if (folder < 0) return false;
        try
        {
            return DurableFile.Flush(folder, path);
        }
        finally
        {
            _ = Close(folder);
        }
    }

    /// <summary>Makes a folder and those above it, all of them on the disk when this returns.</summary>
    /// <param name="path">The folder; may be there already.</param>
    /// <exception cref="VsmlException">It cannot be made.</exception>
    public static void Create(string path)
    {
        try
        {
            var full = Path.GetFullPath(path);
            var parents = new List<string>();
            for (var folder = full; !Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent; folder = parent) parents.Add(parent);
            Directory.CreateDirectory(full);
            foreach (var parent in parents) Flush(parent);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new VsmlException($"Cannot make the folder '{path}': {exception.Message}", exception);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int file);
}
