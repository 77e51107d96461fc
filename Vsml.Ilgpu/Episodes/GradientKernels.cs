using ILGPU;
using ILGPU.Runtime;
using Vsml.Ilgpu.Kernels;

namespace Vsml.Ilgpu;

/// <summary>The kernels of a reverse pass, compiled for a device.</summary>
/// <param name="accelerator">The device.</param>
/// <param name="reverse">The model's kernel.</param>
internal sealed class GradientKernels(Accelerator accelerator, Action<GradientMemory> reverse)
{
    /// <summary>Goes back through examples.</summary>
    public Action<AcceleratorStream, KernelConfig, GradientMemory> Reverse { get; } = accelerator.LoadKernel(reverse);

    /// <summary><see cref="Collecting.Unpack"/>.</summary>
    public Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<float>, int> Unpack { get; } =
        accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<int>, ArrayView<float>, int>(Collecting.Unpack);

    /// <summary><see cref="Collecting.SumCells"/>.</summary>
    public Action<AcceleratorStream, KernelConfig, GradientMemory, ArrayView<Quad>, int> SumCells { get; } =
        accelerator.LoadKernel<GradientMemory, ArrayView<Quad>, int>(Collecting.SumCells);

    /// <summary><see cref="Collecting.CopySlot"/>.</summary>
    public Action<AcceleratorStream, Index1D, ArrayView<Quad>, ArrayView<Quad>, int, SlotPair, SlotPair> CopySlot { get; } =
        accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<Quad>, ArrayView<Quad>, int, SlotPair, SlotPair>(Collecting.CopySlot);
}
