using System.Globalization;
using System.Linq;
using System.Text;

namespace Vsml.Generators.Planning;

/// <summary>Prints how CPUs store a network.</summary>
internal static class CpuPlanText
{
    /// <summary>The text, with LF line ends.</summary>
    /// <param name="plan">The plan.</param>
    public static string Of(CpuPlan plan)
    {
        var text = new StringBuilder();
        Line(0, $"CPU: blocks of {Blocks.Lanes} lanes");
        foreach (var layer in plan.Layers) Line(1, $"layer {layer.Layer.Index}: {Layer(layer)}");
        Line(1, $"scratch space: {plan.ScratchFloats} floats, {PerExample(plan)} more for each example of a batch");
        WriteTheta(plan.Theta);
        return text.ToString();

        void Line(int depth, System.FormattableString line) => text.Append(' ', 2 * depth).Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        void WriteTheta(CpuTheta theta)
        {
            Line(1, $"packed theta: groups of {theta.GroupFloats} floats, gates times {Numbers(CpuTheta.GateFactors)}, biases plus {Numbers(CpuTheta.GateOffsets)}");
            foreach (var move in theta.GateMoves)
                Line(2, $"{move.Name}: {move.From} [{move.Rows}, 4, {plan.StateSize}] to {move.To}, steps {move.RowStep} {move.GateStep} {move.UnitStep}{(move.AddsOffsets ? ", offsets added" : "")}");
            foreach (var move in theta.RowMoves)
                Line(2, $"{move.Name}: {move.From} [{move.Rows}, {move.Columns}] to {move.To}, step {move.RowStep}{(move.IsCentred ? ", less its mean" : "")}");
        }
    }

    private static string Numbers(EquatableArray<float> numbers) => string.Join(" ", numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    private static string PerExample(CpuPlan plan)
    {
        var needs = plan.Layers.Select(layer => plan.ScratchFloatsPerExampleOf(layer, layer.Loops)).ToArray();
        var given = needs.Where(need => !need.IsFree).Select(need => need.Number).DefaultIfEmpty(0).Max().ToString(CultureInfo.InvariantCulture);
        return needs.Any(need => need.IsFree)
            ? $"the greatest of {string.Join(", ", needs.Where(need => need.IsFree).Select(need => need.ToString()).Prepend(given).Distinct())}"
            : given;
    }

    private static string Layer(CpuLayer layer)
    {
        if (layer.Axis == LaneAxis.Entries) return "lanes over state entries";
        var axis = layer.Axis == LaneAxis.Inputs ? "inputs" : "outputs";
        return layer.IsFree
            ? $"lanes over {axis} where these are the better axis, blocks of {layer.Lanes} x {layer.Loops} places"
            : System.FormattableString.Invariant($"lanes over {axis}, {layer.BlockCount} blocks (the last of {layer.LastLanes} lanes) x {layer.Loops.Number} places");
    }
}
