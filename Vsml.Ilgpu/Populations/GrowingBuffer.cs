using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Vsml.Ilgpu;

/// <summary>Memory on a device that is used again and again, and made larger when more is needed.</summary>
/// <typeparam name="T">Type of an element.</typeparam>
/// <param name="device">The device.</param>
/// <param name="what">What it is for, in messages.</param>
internal sealed class GrowingBuffer<T>(IlgpuDevice device, string what) : IDisposable
    where T : unmanaged
{
    private MemoryBuffer1D<T, Stride1D.Dense>? _buffer;

    /// <summary>Room of undefined content.</summary>
    /// <param name="length">Number of elements.</param>
    /// <exception cref="VsmlException">There is too little memory.</exception>
    public ArrayView<T> Room(int length)
    {
        if (_buffer is null || _buffer.Length < length)
        {
            // Kernels that were launched may still read it.
            device.Accelerator.Synchronize();
            Dispose();
            _buffer = device.Allocate<T>(length, what);
        }
        return _buffer.View.SubView(0, length);
    }

    /// <summary>Copies values to it.</summary>
    /// <param name="values">The values.</param>
    /// <exception cref="VsmlException">There is too little memory.</exception>
    public ArrayView<T> Upload(List<T> values)
    {
        var room = Room(values.Count);
        ReadOnlySpan<T> all = CollectionsMarshal.AsSpan(values);
        if (!all.IsEmpty) room.CopyFromCPU(all);
        return room;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffer?.Dispose();
        _buffer = null;
    }
}
