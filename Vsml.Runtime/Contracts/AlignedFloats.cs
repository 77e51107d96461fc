using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vsml.Contracts;

/// <summary>A fixed block of floats that begins on a cache line and never moves, zero at first.</summary>
public sealed class AlignedFloats
{
    private const int AlignmentBytes = 64;
    private readonly float[] _array;
    private readonly int _start;

    /// <summary>Allocates the block.</summary>
    /// <param name="length">Number of floats.</param>
    public AlignedFloats(int length)
    {
        // One cache line more than asked for: the array's first element may lie anywhere within a line.
        _array = GC.AllocateArray<float>(checked(length + AlignmentBytes / sizeof(float)), pinned: true);
        Length = length;
        unsafe
        {
            var address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array));
            _start = (int)((AlignmentBytes - address % AlignmentBytes) % AlignmentBytes / sizeof(float));
        }
    }

    /// <summary>Number of floats.</summary>
    public int Length { get; }

    /// <summary>The first float; the others follow it.</summary>
    public ref float First
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_array), _start);
    }

    /// <summary>All floats.</summary>
    public Span<float> Span => _array.AsSpan(_start, Length);
}
