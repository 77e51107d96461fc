using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Vsml.Contracts;
using Vsml.Ilgpu;
using Vsml.Ilgpu.Kernels;

namespace Vsml.Tests.Ilgpu;

public class IlgpuDeviceTests
{
    private static readonly DeviceDescription[] Machine =
    [
        new(0, DeviceKind.Cuda, "Old GPU", "its driver is too old."),
        new(1, DeviceKind.OpenCl, "Other GPU"),
        new(2, DeviceKind.Cpu, "CPU"),
    ];

    [Fact]
    public void The_CPU_accelerator_is_on_every_machine_and_comes_last()
    {
        var devices = IlgpuDevice.List();
        devices[^1].Kind.ShouldBe(DeviceKind.Cpu);
        devices.Select(device => device.Index).ShouldBe(Enumerable.Range(0, devices.Count));
        using var byName = IlgpuDevice.Open("cpu");
        using var byIndex = IlgpuDevice.Open($"{devices.Count - 1}");
        byIndex.Description.ShouldBe(byName.Description);
        byName.Description.ToString().ShouldBe($"{devices.Count - 1} 'ILGPU's CPU accelerator' (cpu)");
    }

    [Theory]
    [InlineData("opencl", 1)]
    [InlineData("cpu", 2)]
    [InlineData("1", 1)]
    [InlineData("2", 2)]
    public void A_device_is_chosen_by_kind_or_index(string name, int index) => IlgpuDevice.Choose(name, Machine, hasCudaDriver: true).Index.ShouldBe(index);

    [Theory]
    [InlineData("gpu", "'gpu'", "cpu, cuda, opencl or an index", "1 'Other GPU' (opencl)")]
    [InlineData("", "''", "cpu, cuda, opencl or an index")]
    [InlineData("3", "no device 3", "0 'Old GPU' (cuda), 1 'Other GPU' (opencl), 2 'CPU' (cpu)")]
    [InlineData("-1", "'-1'")]
    [InlineData("99999999999", "'99999999999'")]
    [InlineData("cuda", "0 'Old GPU' (cuda)", "its driver is too old.")]
    [InlineData("0", "0 'Old GPU' (cuda)", "its driver is too old.")]
    [InlineData(null, "0 'Old GPU' (cuda)", "its driver is too old.")]
    public void What_is_not_there_is_refused_with_what_is(string? name, params string[] mentions)
    {
        var message = Should.Throw<VsmlException>(() => IlgpuDevice.Choose(name, Machine, hasCudaDriver: true)).Message;
        foreach (var mention in mentions) message.ShouldContain(mention);
    }

    [Theory]
    [InlineData(null, true, "no GPU")]
    [InlineData("cuda", true, "the driver shows none")]
    [InlineData("cuda", false, "libcuda.so.1")]
    [InlineData("opencl", false, "no OpenCL device")]
    public void A_machine_without_GPUs_says_so(string? name, bool hasDriver, string mention) =>
        Should.Throw<VsmlException>(() => IlgpuDevice.Choose(name, Machine[2..], hasDriver)).Message.ShouldContain(mention);

    [Fact]
    public void A_driver_too_old_is_named_with_the_architecture()
    {
        var driver = CudaDriverVersion.FromMajorMinor(10, 1);
        IlgpuDevice.Obstacle(hasInstructionSet: false, driver, CudaArchitecture.SM_90).ShouldBe("its driver is made for CUDA 10.1, too old for an architecture of SM_90. Install a newer driver.");
        IlgpuDevice.Obstacle(hasInstructionSet: true, driver, CudaArchitecture.SM_90).ShouldBeNull();
    }

    [Fact]
    public void A_theta_too_large_for_shared_memory_is_refused()
    {
        var device = new DeviceDescription(1, DeviceKind.OpenCl, "Small GPU");
        IlgpuDevice.Obstacle(sharedBytes: 36_000, device, mostSharedBytes: 32_768).ShouldBe(
            "Device 1 'Small GPU' (opencl) has 32 KiB of memory that a group of threads can share, too little for theta, which takes 35.2 KiB. Take a smaller state or message size, another device, or the CPU.");
        IlgpuDevice.Obstacle(sharedBytes: 32_768, device, mostSharedBytes: 32_768).ShouldBeNull();

        // What kernels share is what is checked; a theta of more than 40 KiB is read through the cache.
        var small = new Architecture { Layers = new([new DenseLayerSpec(3, 2)]) };
        var shape = DeviceModels.Of(small).Kernels.Shape;
        shape.SharedQuads.ShouldBe(DeviceModels.Of(small).Kernels.Packing.PackedLength / 4);
        DeviceModels.Of(small with { StateSize = 64 }).Kernels.Shape.SharedQuads.ShouldBe(0);
    }

    [Fact]
    public void Kernels_that_cannot_be_compiled_are_named_with_network_and_precision()
    {
        using var device = IlgpuDevice.Open("cpu");
        var model = DeviceModels.Of(new Architecture { StateSize = 5, Layers = new([new DenseLayerSpec(3, 2)]) }, new(Arithmetic.Bf16, StateStorage.Float16));
        var message = Should.Throw<VsmlException>(() => new DeviceNetwork(new IlgpuModel(model.Model, new ImpossibleKernels(model.Kernels)), device)).Message;
        message.ShouldStartWith("The kernels of the network dense 3 -> 2 with state size 5, arithmetic bf16 and state storage float16, cannot be compiled for device 0 'ILGPU's CPU accelerator' (cpu): ");
        message.ReplaceLineEndings().Split(Environment.NewLine).Length.ShouldBe(1);
    }

    [Fact]
    public void More_memory_than_there_is_is_refused_and_the_device_stays_usable()
    {
        using var device = IlgpuDevice.Open("cpu");
        var message = Should.Throw<VsmlException>(() => device.Allocate<float>(1L << 46, "the states of 3 members")).Message;
        message.ShouldContain("the states of 3 members");
        message.ShouldContain("MB");
        using var buffer = device.Allocate<float>(3, "three floats");
        buffer.CopyFromCPU([1f, 2f, 3f]);
        buffer.GetAsArray1D().ShouldBe([1f, 2f, 3f]);
    }

    /// <summary>Kernels with what ILGPU does not know.</summary>
    private sealed class ImpossibleKernels(DeviceKernels kernels) : DeviceKernels
    {
        public override DeviceShape Shape => kernels.Shape;

        public override ThetaPacking Packing => kernels.Packing;

        public override Action<EpisodeMemory> Episode => Impossible;

        public override Action<GradientMemory>? Gradient => null;

        private static void Impossible(EpisodeMemory memory) => memory.Losses[0] = string.Concat(memory.Length, memory.Count).Length;
    }
}
