using System.Globalization;
using System.Text;

namespace Vsml.Generators.Planning.Ilgpu;

/// <summary>Prints how devices that ILGPU drives store a network, and who computes what.</summary>
internal static class IlgpuPlanText
{
    /// <summary>The text, with LF line ends.</summary>
    /// <param name="plan">The plan.</param>
    public static string Of(IlgpuPlan plan)
    {
        var text = new StringBuilder();
        Line(0, $"ILGPU: one group of at most {IlgpuPlan.MostThreads} threads for each episode");
        Line(1, $"dense layers: {(plan.SubRnns == 1 ? "one sub-RNN" : $"{plan.SubRnns} sub-RNNs")} a thread, state in {(plan.KeepsStateInRegisters ? "registers" : "memory")}");
        if (!plan.Precision.IsFloat32) Line(1, $"{plan.Precision.ToString()}{(plan.UsesTensorCores ? ": on tensor cores four threads share two sub-RNNs at lanes 8 apart" : "")}");
        foreach (var layer in plan.Network.Layers) Line(1, $"layer {layer.Index}: {Layer(plan.Layers[layer.Index], layer.Geometry is not null)}");
        Line(1, $"memory of an example: {plan.StateQuads} quads of state and messages, {plan.ScratchQuads} of scratch space");
        Line(1, $"packed theta: groups of {plan.Theta.GroupQuads} quads, {(plan.SharesTheta ? "in the memory that threads share" : "read through the cache")}");
        return text.ToString();

        void Line(int depth, System.FormattableString line) => text.Append(' ', 2 * depth).Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Layer(DeviceLayer layer, bool isConvolution) => isConvolution
        ? System.FormattableString.Invariant($"a warp for each of {layer.Loops} sub-RNNs, threads over positions")
        : System.FormattableString.Invariant($"lanes over {(layer.LanesAreInputs ? "inputs" : "outputs")}, {layer.Lanes} padded to {layer.PaddedLanes} x {layer.Loops} padded to {layer.PaddedLoops} loops");
}
