using Vsml.Contracts;

namespace Vsml.Tests.Kernels;

/// <summary>What keeps emitted kernels fast: few enough locals, and inner loops that live in registers.</summary>
public class JitTests
{
    // A method with more than 1,024 tracked locals gets slow code without a word. The JIT adds some of its own.
    private const int MostLocals = 1024 / 2;

    // The product of forward kernels is a part of the micro tick, or a method of its own; the adjoint has two.
    private static readonly string[] s_products = ["MicroTick", "AddProduct", "RecurrentAdjoint", "AddWeightGradient"];

    private static readonly Architecture s_default = Dense(16, 784, 10);

    public static TheoryData<string> Networks => [.. s_networks.Keys];

    private static readonly Dictionary<string, Architecture> s_networks = new()
    {
        ["default"] = s_default,
        ["N 7"] = Dense(7, 783, 11),
        ["N 64"] = Dense(64, 784, 10),
        ["N 128"] = Dense(128, 784, 10),
        ["M 128"] = s_default with { MessageSize = 128 },
        ["M 128, norm, label, positions"] = s_default with { MessageSize = 128, MessageLayerNorm = true, LabelFeedback = true, PositionFeatures = true },
        ["N 128, M 128, deep, separate sweep, layer-wise, norm"] = Dense(128, 300, 20, 20, 20, 7) with
        {
            MessageSize = 128,
            MessageLayerNorm = true,
            LayerwiseParameters = true,
            Schedule = new TickSchedule { BackwardSweep = BackwardSweep.Separate, MicroTicks = new([64]), TicksPerExample = 64 },
        },
        ["conv 7x7, norm"] = Convolution(16, new ConvLayerSpec(28, 28, 3, 8, 7, 2)) with { MessageLayerNorm = true },
        ["conv 3x3, N 64"] = Convolution(64, new ConvLayerSpec(28, 28, 1, 8, 3, 2)),
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Emitted_methods_have_few_locals(string name)
    {
        var methods = EmittedMethod.Of(s_networks[name]);
        methods.ShouldContain(method => method.Name == "MicroTick");
        foreach (var method in methods)
            method.Locals.ShouldBeLessThan(MostLocals, $"{method.File}: {method.Name}");
    }

    public static TheoryData<SimdLevel, int> KernelsOfThisMachine
    {
        get
        {
            var data = new TheoryData<SimdLevel, int>();
            foreach (var level in Enum.GetValues<SimdLevel>().Where(level => level <= SimdLevels.Widest))
                foreach (var stateSize in new[] { 7, 16, 64 }) data.Add(level, stateSize);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(KernelsOfThisMachine))]
    public void Products_stay_in_registers(SimdLevel level, int stateSize)
    {
        var architecture = Dense(stateSize, 32, 3);
        var methods = EmittedMethod.Of(architecture)
            .Where(method => s_products.Contains(method.Name) && method.File.Contains($".{level}Kernels.", StringComparison.Ordinal) && method.ProductsOfInnerLoops.Count > 0)
            .ToArray();
        methods.Length.ShouldBe(3);

        var listings = JitListing.Of(architecture, level, [.. methods.Select(method => method.Name)]);
        foreach (var method in methods)
        {
            var listing = listings[method.Name];
            var loops = listing.InnerLoops.Where(loop => loop.Any(JitListing.IsProduct)).ToArray();
            loops.Select(loop => loop.Count(JitListing.IsProduct)).ShouldBe(method.ProductsOfInnerLoops, method.Name);
            foreach (var loop in loops)
                loop.Where(listing.UsesStack).ShouldBeEmpty(method.Name);
        }
    }

    private static Architecture Dense(int stateSize, params int[] sizes) => new()
    {
        StateSize = stateSize,
        Layers = new([.. sizes.Zip(sizes.Skip(1), (inputs, outputs) => (LayerSpec)new DenseLayerSpec(inputs, outputs))]),
    };

    private static Architecture Convolution(int stateSize, ConvLayerSpec layer) => new()
    {
        StateSize = stateSize,
        Layers = new([layer, new DenseLayerSpec(layer.Outputs, 10)]),
    };
}
