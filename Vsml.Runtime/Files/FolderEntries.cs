namespace Vsml.Files;

/// <summary>Files of a folder that the toolkit looks after: listed and removed with errors that name them.</summary>
internal static class FolderEntries
{
    /// <summary>Names of the files in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="pattern">What names look like.</param>
    /// <exception cref="VsmlException">There is no such folder, or it cannot be read.</exception>
    public static IReadOnlyList<string> Names(string folder, string pattern = "*")
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, pattern).Select(path => Path.GetFileName(path))];
        }
        catch (DirectoryNotFoundException exception)
        {
            throw new VsmlException($"There is no folder '{folder}'; bring it back, or give another one.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VsmlException($"Cannot list the folder '{folder}': {exception.Message.TrimEnd('.')}. Make it readable.", exception);
        }
    }

    /// <summary>Removes a file that is no longer needed; nothing where there is none.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="VsmlException">It cannot be removed.</exception>
    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new VsmlException($"Cannot remove '{path}', which is no longer needed: {exception.Message.TrimEnd('.')}. Make its folder writable, or remove it by hand.", exception);
        }
    }
}
