using ILGPU;
using ILGPU.Runtime;
using Vsml.Ilgpu;
using Vsml.Ilgpu.Kernels;

namespace Vsml.Benchmarks.Measurement;

/// <summary>What a device does at best, by two kernels that do nothing else.</summary>
/// <param name="CopyGigabytes">Gigabytes a second of a copy, read and written ones.</param>
/// <param name="FmaGflops">GFLOP/s of multiply-adds in registers.</param>
internal sealed record DeviceLimits(double CopyGigabytes, double FmaGflops)
{
    // A turn of the loop: four multiply-adds of each of four quads.
    private const int FlopsOfTurn = 2 * 4 * 4 * 4;

    /// <summary>Measures a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="timing">How to repeat.</param>
    /// <param name="isTiny">Whether it is slow, and a little work will do.</param>
    public static DeviceLimits Measure(IlgpuDevice device, Timing timing, bool isTiny)
    {
        var accelerator = device.Accelerator;
        // Far more than any cache, and enough threads to fill every multiprocessor.
        var quads = isTiny ? 1 << 10 : 1 << 26;
        var (threads, turns) = isTiny ? (4, 16) : (accelerator.NumMultiprocessors * 2048, 1 << 14);
        using var from = accelerator.Allocate1D<Quad>(quads);
        using var to = accelerator.Allocate1D<Quad>(quads);
        from.MemSetToZero();
        var copy = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<Quad>, ArrayView<Quad>>(Copy);
        var multiply = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<Quad>, int>(Multiply);
        var copied = timing.Measure(() =>
        {
            copy(quads, from.View, to.View);
            accelerator.Synchronize();
        });
        var multiplied = timing.Measure(() =>
        {
            multiply(threads, to.View, turns);
            accelerator.Synchronize();
        });
        return new(2.0 * 16 * quads / copied.Quiet / 1e9, (double)threads * turns * FlopsOfTurn / multiplied.Quiet / 1e9);
    }

    private static void Copy(Index1D i, ArrayView<Quad> from, ArrayView<Quad> to) => to[i] = from[i];

    private static void Multiply(Index1D i, ArrayView<Quad> memory, int turns)
    {
        // What comes from memory cannot be computed beforehand.
        Quad a = memory[0], b = memory[1], c = memory[2], d = memory[3], factor = memory[4];
        for (var turn = 0; turn < turns; turn++)
        {
            (a, b, c, d) = (Quad.MultiplyAdd(factor.X, a, factor), Quad.MultiplyAdd(factor.X, b, factor), Quad.MultiplyAdd(factor.X, c, factor), Quad.MultiplyAdd(factor.X, d, factor));
            (a, b, c, d) = (Quad.MultiplyAdd(factor.Y, a, factor), Quad.MultiplyAdd(factor.Y, b, factor), Quad.MultiplyAdd(factor.Y, c, factor), Quad.MultiplyAdd(factor.Y, d, factor));
            (a, b, c, d) = (Quad.MultiplyAdd(factor.Z, a, factor), Quad.MultiplyAdd(factor.Z, b, factor), Quad.MultiplyAdd(factor.Z, c, factor), Quad.MultiplyAdd(factor.Z, d, factor));
            (a, b, c, d) = (Quad.MultiplyAdd(factor.W, a, factor), Quad.MultiplyAdd(factor.W, b, factor), Quad.MultiplyAdd(factor.W, c, factor), Quad.MultiplyAdd(factor.W, d, factor));
        }
        var sum = a + b + (c + d);
        if (sum.X == 1f) memory[i] = sum;
    }
}
