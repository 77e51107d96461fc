using System.Runtime.InteropServices;

namespace Vsml.Files;

/// <summary>What stands at a path, links followed.</summary>
internal enum PathKind
{
    /// <summary>Nothing, or nothing that may be looked at.</summary>
    None,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A named or anonymous pipe.</summary>
    Pipe,

    /// <summary>A device.</summary>
    Device,

    /// <summary>A socket.</summary>
    Socket,
}

/// <summary>Finds out what stands at a path without opening it: opening a pipe waits, opening a device may do anything.</summary>
internal static partial class PathKinds
{
    private const int TypeMask = 0xF000;

    /// <summary>What stands at a path.</summary>
    /// <param name="path">The path.</param>
    public static PathKind Of(string path)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal)) return PathKind.None;
        if (OperatingSystem.IsWindows()) return Directory.Exists(path) ? PathKind.Folder : File.Exists(path) ? PathKind.File : PathKind.None;
        var status = new FileStatus();
        if (Stat(path, ref status) != 0) return PathKind.None;
        return (status.Mode & TypeMask) switch
        {
            0x8000 => PathKind.File,
            0x4000 => PathKind.Folder,
            0x1000 => PathKind.Pipe,
            0xC000 => PathKind.Socket,
            _ => PathKind.Device,
        };
    }

    /// <summary>How an error calls it.</summary>
    /// <param name="kind">The kind.</param>
    public static string Name(this PathKind kind) => kind switch
    {
        PathKind.File => "a file",
        PathKind.Folder => "a folder",
        PathKind.Pipe => "a pipe",
        PathKind.Device => "a device",
        PathKind.Socket => "a socket",
        _ => "nothing",
    };

    // stat differs from one C library to the next; this is the runtime's own wrapper, the same on all systems but Windows.
    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Stat(string path, ref FileStatus status);

    // Larger than the runtime's structure, of which only the mode is looked at.
    [StructLayout(LayoutKind.Explicit, Size = 512)]
    private struct FileStatus
    {
        [FieldOffset(sizeof(int))]
        public int Mode;
    }
}
