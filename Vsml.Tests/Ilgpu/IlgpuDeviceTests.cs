using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Vsml.Ilgpu;

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
}
