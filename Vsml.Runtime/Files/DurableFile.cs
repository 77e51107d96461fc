using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Vsml.Files;

/// <summary>Files whose content is on the disk.</summary>
internal static partial class DurableFile
{
    private const int Interrupted = 4;

    // EINVAL, EROFS and ENOTSUP, which is another number on macOS: a file system that cannot flush, or has nothing to flush.
    private static readonly int[] s_cannot = [22, 30, 95, 45];

    /// <summary>Returns when all that was written to a file is on the disk, where the system can do that.</summary>
    /// <param name="stream">The file.</param>
    /// <exception cref="IOException">It cannot be written, or the disk did not take it: it may be gone after a power failure.</exception>
    public static void Flush(FileStream stream)
    {
        stream.Flush();
        // On Unix the stream itself passes over an error of the disk, which is told only once.
        if (!OperatingSystem.IsWindows()) Flush((int)stream.SafeFileHandle.DangerousGetHandle(), stream.Name);
        // macOS keeps what fsync gives it for a while; the stream knows how to ask for more.
        if (!OperatingSystem.IsLinux()) stream.Flush(flushToDisk: true);
    }

    /// <summary>Flushes what a descriptor of Unix stands for.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="name">Its name for messages.</param>
    /// <returns>False if the file system cannot do that.</returns>
    /// <exception cref="IOException">It can, but failed.</exception>
    public static bool Flush(int descriptor, string name)
    {
        int error;
        do error = FSync(descriptor) == 0 ? 0 : Marshal.GetLastPInvokeError();
        while (error == Interrupted);
        if (error == 0) return true;
        return s_cannot.Contains(error) ? false : throw new IOException($"'{name}' cannot be flushed to the disk: {new Win32Exception(error).Message}");
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FSync(int descriptor);
}
