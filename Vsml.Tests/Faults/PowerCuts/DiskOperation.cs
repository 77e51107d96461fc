using System.Runtime.InteropServices;
using System.Text;

namespace Vsml.Tests.Faults.PowerCuts;

/// <summary>What a process asked of the file system, as file-shim.c records it.</summary>
/// <param name="Kind">What.</param>
/// <param name="Inode">The file or folder, where it is told by its number.</param>
/// <param name="Offset">Where a write begins, or the new length.</param>
/// <param name="Path">The file or folder, where it is told by its name; the text of a mark.</param>
/// <param name="Target">The new name.</param>
/// <param name="Data">What was written.</param>
internal sealed record DiskOperation(DiskOperationKind Kind, ulong Inode, long Offset, string Path, string Target, byte[] Data)
{
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Head(ulong Kind, ulong Inode, long Offset, ulong One, ulong Two);

    /// <summary>Reads a record.</summary>
    public static IReadOnlyList<DiskOperation> ReadAll(string path)
    {
        var operations = new List<DiskOperation>();
        for (ReadOnlySpan<byte> rest = File.ReadAllBytes(path); rest.Length > 0;)
        {
            var head = MemoryMarshal.Read<Head>(rest);
            rest = rest[Marshal.SizeOf<Head>()..];
            var one = rest[..(int)head.One];
            var two = rest.Slice(one.Length, (int)head.Two);
            var kind = (DiskOperationKind)head.Kind;
            operations.Add(new DiskOperation(kind, head.Inode, head.Offset, Encoding.UTF8.GetString(one), kind == DiskOperationKind.Rename ? Encoding.UTF8.GetString(two) : "", kind == DiskOperationKind.Write ? two.ToArray() : []));
            rest = rest[(one.Length + two.Length)..];
        }
        return operations;
    }
}

/// <summary>Kinds of operations, by the letters of the record.</summary>
internal enum DiskOperationKind
{
    Create = 'C',
    Open = 'O',
    Write = 'W',
    Truncate = 'T',
    FlushFile = 'F',
    FlushFolder = 'D',
    Rename = 'R',
    Remove = 'U',
    MakeFolder = 'M',
    Mark = '!',

    // Such as removing what is not there.
    Nothing = '-',
}
