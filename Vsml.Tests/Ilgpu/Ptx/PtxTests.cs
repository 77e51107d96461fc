using ILGPU.Runtime.Cuda;
using Vsml.Generators.Planning;
using Vsml.Generators.Planning.Ilgpu;

namespace Vsml.Tests.Ilgpu.Ptx;

/// <summary>The text that a GPU's driver is given, for the architectures of an A100 and of an H100 or H200.</summary>
public class PtxTests
{
    private static readonly (string Name, Architecture Architecture)[] s_models =
    [
        ("default", new() { Layers = new([new DenseLayerSpec(784, 10)]) }),
        ("two layers", new() { StateSize = 8, Layers = new([new DenseLayerSpec(64, 33), new DenseLayerSpec(33, 10)]), MessageLayerNorm = true }),
        ("one sub-RNN a thread", new() { StateSize = 17, Layers = new([new DenseLayerSpec(64, 10)]) }),
        ("state in memory", new() { StateSize = 70, Layers = new([new DenseLayerSpec(64, 10)]) }),
        ("convolution", new() { StateSize = 8, Layers = new([new ConvLayerSpec(8, 8, 1, 2, 3, 2), new DenseLayerSpec(32, 10)]) }),
    ];

    public static TheoryData<string, string> Models
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (name, _) in s_models)
                foreach (var architecture in new[] { "SM_80", "SM_90" }) data.Add(name, architecture);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Kernels_stay_in_registers_and_load_quads(string model, string target)
    {
        var kernels = DeviceModels.Of(Named(model)).Kernels;
        ShouldStayInRegisters(PtxKernel.Compile(kernels.Episode, Target(target)));
        // The text is the same for both; it is long, and one is enough.
        if (target == "SM_90") ShouldStayInRegisters(PtxKernel.Compile(kernels.Gradient!, Target(target)));
    }

    private static void ShouldStayInRegisters(PtxKernel kernel)
    {
        // Local memory is as slow as memory; an external function is one that ILGPU does not know, which the driver would refuse.
        kernel.Text.ShouldNotContain(".local");
        kernel.Text.ShouldNotContain(".extern .func");
        kernel.Text.ShouldNotContain("call");
        kernel.Count("ld.global.v4.f32").ShouldBeGreaterThan(0);
        kernel.Count("st.global.v4.f32").ShouldBeGreaterThan(0);
        kernel.MostLive().ShouldBeLessThan(224);
    }

    /// <summary>Each micro tick has the products of all sub-RNNs of a thread, and the weights of each product once.</summary>
    [Theory]
    [InlineData("SM_80")]
    [InlineData("SM_90")]
    public void A_micro_tick_multiplies_and_loads_as_counted(string target)
    {
        var plan = IlgpuPlan.Of(NetworkPlan.Of(Named("default")));
        var kernel = Compile(Named("default"), target);
        int products = plan.Units * 4 * plan.Units * plan.SubRnns, weights = plan.Units * plan.Units;
        // The rest: messages, outputs, and what is done once for each place.
        kernel.Count("fma.rn.f32").ShouldBeInRange(products, products + 300);
        kernel.Count("ld.shared.v4.f32").ShouldBeInRange(weights, weights + 60);
        // Weights lie at constant distances, which cost no instruction.
        kernel.Count("add.s32").ShouldBeLessThan(weights);
        kernel.Count("ex2.approx.f32").ShouldBe(5 * plan.Units * plan.SubRnns);
        kernel.Count("rcp.approx.f32").ShouldBe(3 * plan.Units * plan.SubRnns);
    }

    /// <summary>On tensor cores the recurrent weights are read once a pass, and the products of a micro tick are a few instructions.</summary>
    [Theory]
    [InlineData(Arithmetic.Tf32, 16, 16, "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32")]
    [InlineData(Arithmetic.Bf16, 16, 8, "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32")]
    [InlineData(Arithmetic.Bf16, 32, 32, "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32")]
    public void Tensor_cores_multiply_as_counted(Arithmetic arithmetic, int stateSize, int count, string instruction)
    {
        var architecture = Named("default") with { StateSize = stateSize };
        foreach (var (storage, target) in new[] { (StateStorage.Float32, CudaArchitecture.SM_80), (StateStorage.Float16, CudaArchitecture.SM_90) })
        {
            var kernel = PtxKernel.Compile(DeviceModels.Of(architecture, new(arithmetic, storage)).Kernels.TensorEpisode!, target);
            ShouldStayInRegisters(kernel);
            kernel.Count(instruction).ShouldBe(count);
            kernel.Count("mma.sync").ShouldBe(count);
            // What is left are messages and outputs, of two sub-RNNs a thread.
            kernel.Count("fma.rn.f32").ShouldBeLessThan(300);
            kernel.Count("ex2.approx.f32").ShouldBe(5 * 2 * stateSize / 4);
            // h of both sub-RNNs comes from memory half as wide; where examples share a tick it is merged there.
            kernel.Count("cvt.f32.f16").ShouldBe(storage == StateStorage.Float16 ? 2 * stateSize / 4 + 8 : 0);
            kernel.Count("cvt.rn.f16x2.f32").ShouldBe(storage == StateStorage.Float16 ? stateSize / 4 + 2 : 0);
        }
    }

    [Fact]
    public void Live_values_are_counted_as_they_are()
    {
        var kernel = Compile(Named("default"), "SM_90");
        var plan = IlgpuPlan.Of(NetworkPlan.Of(Named("default")));
        // h, c and the new h of all sub-RNNs, and the gates in the making.
        kernel.MostLive().ShouldBeGreaterThan(2 * plan.Units * plan.SubRnns + plan.Units / 4 * 3 * plan.SubRnns);
    }

    private static Architecture Named(string name) => s_models.Single(model => model.Name == name).Architecture;

    private static PtxKernel Compile(Architecture architecture, string target) =>
        PtxKernel.Compile(DeviceModels.Of(architecture).Kernels.Episode, Target(target));

    private static CudaArchitecture Target(string name) => name == "SM_80" ? CudaArchitecture.SM_80 : CudaArchitecture.SM_90;
}
